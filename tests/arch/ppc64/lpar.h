// SPDX-License-Identifier: GPL-2.0-or-later
// A ppc64 machine and its device tree, made up for the tests of planning.
#pragma once

#include "arch/arch.h"
#include "base/devicetree.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

namespace kexec::testing {

// The tree of a partition with 2 GiB in one node, two processors, RTAS at 768 MiB and a terminal; /chosen is
// of an earlier boot.
DeviceTree lpar_tree();
// That machine: pages of 64 KiB, a kernel that ends at 40 MiB.
Machine lpar();
Ppc64Facts &ppc64_facts_of(Machine &machine);
// Memory set aside for a crash kernel, as the kernel does it.
Machine lpar_with_reservation(Range reservation = sized(0x20000000, 0x10000000));

// Memory blocks as a hypervisor lists them.
struct MemoryBlock {
    std::uint64_t address;
    std::uint32_t flags;
};
// Puts them into the tree, in the first version of the list or in the second, one block in each entry.
void add_blocks(DeviceTree &tree, std::uint64_t size, const std::vector<MemoryBlock> &blocks,
                bool second_version);

struct Ppc64Vmlinux {
    std::endian order = std::endian::little;
    std::uint32_t run_at_load = 0x72756e30; // "run0"; what stands at 0x5c
    std::uint64_t file_size = 0x20000, memory_size = 0x30000;
};
Buffer ppc64_vmlinux(const Ppc64Vmlinux &what = {});

// To load this kernel file by kexec_load, with entropy and the command line "root=/dev/vda1 quiet".
Request request_on_lpar(Machine machine, Bytes kernel_file, Purpose purpose = Purpose::reboot);

// The tree that a plan hands over.
DeviceTree ppc64_tree_of(const SegmentLoad &plan);

} // namespace kexec::testing
