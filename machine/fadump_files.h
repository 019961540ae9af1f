// SPDX-License-Identifier: GPL-2.0-or-later
// Where the kernel tells of firmware-assisted dump (Documentation/ABI/testing/sysfs-kernel-fadump). Files
// that were moved into one directory in 5.6 have an older name too.
#pragma once

#include <string_view>

namespace kexec {

inline constexpr std::string_view fadump_enabled = "/sys/kernel/fadump/enabled";
inline constexpr std::string_view fadump_enabled_older = "/sys/kernel/fadump_enabled";
inline constexpr std::string_view fadump_registered = "/sys/kernel/fadump/registered";
inline constexpr std::string_view fadump_registered_older = "/sys/kernel/fadump_registered";
inline constexpr std::string_view fadump_reserved = "/sys/kernel/fadump/mem_reserved";
inline constexpr std::string_view fadump_release = "/sys/kernel/fadump/release_mem";
inline constexpr std::string_view fadump_release_older = "/sys/kernel/fadump_release_mem";
inline constexpr std::string_view fadump_hotplug_ready = "/sys/kernel/fadump/hotplug_ready";

} // namespace kexec
