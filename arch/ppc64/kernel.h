// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel itself on ppc64: a vmlinux, and what stands in its first 256 bytes.
#pragma once

#include "plan/placing.h"
#include "plan/plan.h"

namespace kexec::ppc64 {

// A kernel in its place.
struct PlacedKernel {
    std::vector<Segment> segments;
    std::vector<std::shared_ptr<const void>> storage; // for segments that are no views of the file
    Range span;                                       // all that it needs; it is entered at its first byte
    Bytes head; // its first 256 bytes, where the secondary processors spin
    // What makes it stay where it is, as the little-endian purgatory stores it behind its first byte; 0:
    // nothing.
    std::uint32_t run_at_load;
};

// The highest place that is free, or the lowest. A crash kernel is to run there, and Cause::unsupported says
// that it cannot; any other moves itself to the bottom of memory.
Result<PlacedKernel> place_kernel(const Request &request, Placer &placer, bool high);

} // namespace kexec::ppc64
