// SPDX-License-Identifier: GPL-2.0-or-later
// What a crash load needs besides a kernel: room for the bottom of memory, the core header that describes the
// dead kernel's memory, and the ranges that the second kernel keeps to.
#pragma once

#include "base/devicetree.h"
#include "plan/placing.h"
#include "plan/plan.h"

namespace kexec::ppc64 {

// Saved by the purgatory: the second kernel's interrupt vectors go there wherever it runs.
inline constexpr Range saved_memory = *Range::between(0, 0xffff);

struct CrashPieces {
    Range backup;
    Range core_header; // its segment
    std::vector<Segment> segments;
    std::shared_ptr<Buffer> bytes;
    Ranges usable; // by the second kernel
};

Result<CrashPieces> place_crash_pieces(const Request &request, Placer &placer,
                                       std::vector<std::string> &warnings);

// How many bytes the device tree may still grow, as CPUs are added while the crash kernel waits (--hotplug).
std::uint64_t room_for_cpus(const DeviceTree &tree, std::uint64_t possible);

} // namespace kexec::ppc64
