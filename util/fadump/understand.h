// SPDX-License-Identifier: GPL-2.0-or-later
// The facts, understood from a Snapshot of the files that tell them. Documentation/ABI/testing/
// sysfs-kernel-fadump has those of /sys/kernel/fadump; the flat names /sys/kernel/fadump_* are those of
// kernels before 5.6, and links in later ones.
#pragma once

#include "machine/snapshot.h"
#include "util/fadump/facts.h"

namespace kexec::fadump {

std::span<const Source> sources();

// An error where a file holds what it never should, or cannot be read.
Result<Facts> understand(const Snapshot &snapshot);

inline constexpr std::string_view bootargs_path = "/sys/kernel/fadump/bootargs_append";

// The file that `save` leaves for `release`, and the line in it: a dump of this boot is in that directory.
inline constexpr std::string_view saved_record = "/run/fadump-saved";
std::string record_of(const Facts &facts, std::string_view directory);

} // namespace kexec::fadump
