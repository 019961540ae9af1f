// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel itself on arm64: an Image, or a vmlinux that is laid out as its Image would be.
#pragma once

#include "plan/placing.h"
#include "plan/plan.h"

namespace kexec::arm64 {

// A kernel in its place.
struct PlacedKernel {
    std::vector<Segment> segments;
    std::vector<std::shared_ptr<const void>> storage; // for segments that are no views of the file
    Range span; // from the base on a multiple of 2 MiB to the end of what the kernel needs
    std::uint64_t entry;
    bool legacy; // from before Linux 3.17
};

// The lowest place that is free: booting.rst asks for it where a kernel cannot use memory below itself.
Result<PlacedKernel> place_kernel(const Request &request, Placer &placer);

// The windows for the initrd of a kernel that lies there, in the order in which they are to be tried.
std::vector<Range> initrd_windows(Range kernel);
// The same for its device tree.
std::vector<Range> tree_windows(const PlacedKernel &kernel);

} // namespace kexec::arm64
