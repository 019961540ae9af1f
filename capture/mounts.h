// SPDX-License-Identifier: GPL-2.0-or-later
// Which file system a path lies in, by /proc/self/mountinfo (proc(5)).
#pragma once

#include "capture/settings.h"

#include <optional>

namespace kexec::capture {

// The target that stores below `path` of the running system: its file system, with the path as seen from that
// one's root, and a subvol= where btrfs has mounted one. Nothing where mountinfo does not name it.
std::optional<Target> target_of_path(std::string_view mountinfo, std::string_view path);

// The type and options of a device that is mounted; nothing where it is not.
std::optional<Target> mounted_device(std::string_view mountinfo, std::string_view device);

// Where a device is mounted, with all of its file system to be seen; nothing where it is not.
std::optional<std::string> place_of_device(std::string_view mountinfo, std::string_view device);

} // namespace kexec::capture
