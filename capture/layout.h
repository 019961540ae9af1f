// SPDX-License-Identifier: GPL-2.0-or-later
// Where things lie in a capture initramfs, for who makes it and for the program in it.
#pragma once

#include <string_view>

namespace kexec::capture {

// The settings; the modules as NNNN-NAME.ko in the order of loading; makedumpfile, with its loader and
// libraries where it is linked to any.
inline constexpr std::string_view settings_path = "/kdump/settings", modules_path = "/kdump/modules",
                                  makedumpfile_path = "/kdump/bin/makedumpfile",
                                  libraries_path = "/kdump/lib", loader_path = "/kdump/lib/loader";

// Of firmware-assisted dump: what was /init before the capture program came.
inline constexpr std::string_view original_init_path = "/init.kdump-original";

// Made by the program: where a target is mounted, and what is known so far of how the capture ends.
inline constexpr std::string_view mounted_path = "/kdump/target", draft_path = "/kdump/draft";

} // namespace kexec::capture
