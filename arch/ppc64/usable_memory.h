// SPDX-License-Identifier: GPL-2.0-or-later
// Telling a crash kernel, in the device tree, which parts of memory are its own.
#pragma once

#include "base/devicetree.h"
#include "base/range.h"

namespace kexec::ppc64 {

// Writes linux,usable-memory into every memory node and linux,drconf-usable-memory next to the memory that
// comes and goes. Cause::bad_image for memory that the tree does not describe rightly.
Result<void> tell_usable_memory(DeviceTree &tree, const Ranges &usable);
// Takes all of these out again, for a kernel that is to use everything.
Result<void> forget_usable_memory(DeviceTree &tree);

// Memory blocks of one kind that follow each other: the properties ibm,dynamic-memory (each block alone) and
// ibm,dynamic-memory-v2 (PAPR+, 13.5.2).
struct BlockSet {
    std::uint64_t address; // of the first
    std::uint64_t size;    // of each, bytes
    std::uint32_t count;
    std::uint32_t flags;
};
// In the order of the tree; empty where it has no such memory.
Result<std::vector<BlockSet>> blocks_in(const DeviceTree &tree);

// Whether a kernel makes use of the blocks (early_init_drmem_lmb in arch/powerpc/kernel/prom.c).
bool is_used(const BlockSet &set);

} // namespace kexec::ppc64
