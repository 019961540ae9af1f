// SPDX-License-Identifier: GPL-2.0-or-later
// FIT images: a flattened tree of U-Boot's whose nodes hold kernels, initial ramdisks and device trees, and
// configurations that name which of them go together ("Flattened Image Tree (FIT) Format" of U-Boot's
// documentation).
#pragma once

#include "image/image.h"

#include <initializer_list>

namespace kexec {

// The kernel of a configuration, still compressed where the image says so, with its ramdisk, device tree and
// overlays: of the configuration that `selection` names, else of the default one, else of the only one.
// Nothing where the file is no device tree with a node /images. Errors: it is damaged; there is no such
// configuration; an image is for none of `architectures` (as U-Boot calls them: "arm64") or not for Linux, or
// does not have the hash that it states.
Result<std::optional<TakenOut>> open_fit(Bytes file, std::initializer_list<std::string_view> architectures,
                                         const Selection &selection);

} // namespace kexec
