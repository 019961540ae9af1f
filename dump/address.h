// SPDX-License-Identifier: GPL-2.0-or-later
// Where the kernel of each machine has what in its address space, as far as VMCOREINFO and the layout that
// the kernel documents say: for addresses that no header of the dump maps.
#pragma once

#include "dump/core.h"

namespace kexec {

// The physical addresses that a virtual one may have by arithmetic, the likeliest first.
std::vector<std::uint64_t> linear_addresses(const Core &core, std::uint64_t address);

// The same by the kernel's own page table: x86_64, whose direct map has a place of its own at each boot that
// VMCOREINFO does not tell.
Result<std::uint64_t> walk_page_table(Core &core, std::uint64_t address);

} // namespace kexec
