// SPDX-License-Identifier: GPL-2.0-or-later
// An arm64 machine and its device trees, made up for the tests of planning.
#pragma once

#include "arch/arch.h"
#include "base/devicetree.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

namespace kexec::testing {

// Addresses and sizes in two cells, memory at 1 GiB, a reserved buffer, a /chosen of an earlier boot.
DeviceTree board_tree();
// The same as its maker would hand it out: no /chosen, and memory to be filled in.
DeviceTree bare_tree();

// 1 GiB of RAM from 1 GiB on, pages of 4 KiB, two CPUs, a kernel that says where it lies, the tree above.
Machine board();
// The facts of such a machine, to change.
Arm64Facts &facts_of(Machine &machine);
// Another place for RAM.
void give_ram(Machine &machine, const Ranges &ram);

// To load this kernel file by kexec_load, with entropy and the command line "root=/dev/vda1 quiet".
Request request_on_board(Machine machine, Bytes kernel_file, Purpose purpose = Purpose::reboot);
// A vmlinux whose Image would be this one, with segments at these distances from its entry.
Buffer arm64_vmlinux(const std::vector<std::uint64_t> &distances, std::uint64_t entry = 0xffff800008000000);

// The tree that a plan hands over.
DeviceTree tree_of(const SegmentLoad &plan);

} // namespace kexec::testing
