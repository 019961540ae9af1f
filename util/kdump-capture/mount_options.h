// SPDX-License-Identifier: GPL-2.0-or-later
// Options of a mount as mount(8) and fstab(5) have them, for mount(2).
#pragma once

#include <string>

namespace kexec::capture {

struct MountOptions {
    unsigned long flags = 0; // MS_...
    std::string data;        // what the file system itself reads
};

// A target is written to, so "ro" is left out; and what is for mount(8) alone ("noauto", "x-...") is too.
MountOptions mount_options(std::string_view text);

} // namespace kexec::capture
