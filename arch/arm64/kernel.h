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
    bool high;   // what goes with it lies as high as it can too
};

// The lowest place that is free where booting.rst asks for that, since the kernel cannot use memory below
// itself, and in a reservation. A kernel that may lie anywhere goes to the top of the first 4 GiB: a running
// kernel takes the pages that it needs to load and to enter another from the bottom, and looks through every
// one that another was promised (kimage_alloc_normal_control_pages in kernel/kexec_core.c), which takes
// minutes; above 4 GiB it might lie on another node, or where a small linear map does not reach.
Result<PlacedKernel> place_kernel(const Request &request, Placer &placer);

// The windows for the initrd of a kernel that lies there, in the order in which they are to be tried.
std::vector<Range> initrd_windows(Range kernel);
// The same for its device tree.
std::vector<Range> tree_windows(const PlacedKernel &kernel);

} // namespace kexec::arm64
