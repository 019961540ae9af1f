// SPDX-License-Identifier: GPL-2.0-or-later
// Where things lie in a capture initramfs, for who makes it and for the program in it.
#pragma once

#include <string_view>

namespace kexec::capture {

// The settings; the modules as NNNN-NAME.ko in the order of loading; for some of them a file NAME with the
// parameters that the running system sets; makedumpfile, with its loader and
// libraries where it is linked to any.
inline constexpr std::string_view settings_path = "/kdump/settings", modules_path = "/kdump/modules",
                                  options_path = "/kdump/options",
                                  makedumpfile_path = "/kdump/bin/makedumpfile",
                                  libraries_path = "/kdump/lib", loader_path = "/kdump/lib/loader";

// Of firmware-assisted dump: what was /init before the capture program came.
inline constexpr std::string_view original_init_path = "/init.kdump-original";

// What mount(8) has said, of a file system that dracut's scripts mount for the program.
inline constexpr std::string_view mount_said_path = "/kdump/mount-said";

// Made by the program: where a target is mounted, what is known so far of how the capture ends, and
// files on their way elsewhere.
inline constexpr std::string_view mounted_path = "/kdump/target", draft_path = "/kdump/draft",
                                  scratch_path = "/kdump/scratch";

} // namespace kexec::capture
