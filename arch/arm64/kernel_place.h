// SPDX-License-Identifier: GPL-2.0-or-later
// Where the running kernel has mapped memory and itself: the arithmetic of its virtual addresses.
#pragma once

#include "base/elf.h"
#include "machine/arm64.h"
#include "machine/machine.h"

namespace kexec::arm64 {

// What kernels say of themselves in vmcoreinfo, as far as it tells about addresses.
struct AddressFacts {
    std::uint64_t va_bits;                      // VA_BITS: what the kernel was built for
    std::uint64_t physical_offset;              // PHYS_OFFSET, modulo 2^64
    std::optional<std::uint64_t> tcr_t1sz;      // TCR_EL1_T1SZ: 64 less the bits in use; since 5.7
    std::optional<std::uint64_t> image_virtual; // an address in the kernel's image
};

// Virtual less physical address in the linear map, modulo 2^64; nothing where the facts leave two answers.
std::optional<std::uint64_t> linear_offset_of(const AddressFacts &facts);

// The same from the program headers of /proc/kcore alone: the one offset by which every range of RAM is a
// mapping of exactly its size.
std::optional<std::uint64_t> linear_offset_of(const std::vector<ElfSegment> &mappings, const Ranges &ram,
                                              std::uint64_t page_size);

Arm64Kernel find_kernel(const Snapshot &snapshot, const Machine &machine, std::uint64_t page_size);

} // namespace kexec::arm64
