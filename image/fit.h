// SPDX-License-Identifier: GPL-2.0-or-later
// FIT images: a flattened tree of U-Boot's whose nodes hold kernels, initial ramdisks and device trees, and
// configurations that name which of them go together ("Flattened Image Tree (FIT) Format" of U-Boot's
// documentation).
#pragma once

#include "image/image.h"

namespace kexec {

// The kernel of a configuration, still compressed where the image says so, with its ramdisk, device tree and
// overlays: of the configuration that `selection` names, else of the default one, else of the only one.
// Nothing where the file is no device tree with a node /images. Errors: it is damaged; there is no such
// configuration; an image is not for `architecture` (as U-Boot calls it: "arm64") or for Linux, or does not
// have the hash that it states.
Result<std::optional<TakenOut>> open_fit(Bytes file, std::string_view architecture,
                                         const Selection &selection);

} // namespace kexec
