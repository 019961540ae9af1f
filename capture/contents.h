// SPDX-License-Identifier: GPL-2.0-or-later
// What a capture initramfs has besides its /init.
#pragma once

#include "base/cpio.h"
#include "capture/initramfs.h"

namespace kexec::capture {

// Below /kdump: the settings, the modules as modules/NNNN-NAME.ko in the order of loading, makedumpfile as
// bin/makedumpfile with its loader and libraries in lib.
inline constexpr std::string_view modules_path = "/kdump/modules",
                                  makedumpfile_path = "/kdump/bin/makedumpfile",
                                  libraries_path = "/kdump/lib", loader_path = "/kdump/lib/loader";

// Adds all of it. `made` gets the names of the modules and the warnings.
Result<void> add_contents(Archive &archive, const Wish &wish, Initramfs &made);

} // namespace kexec::capture
