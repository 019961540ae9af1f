// SPDX-License-Identifier: GPL-2.0-or-later
// The ELF core header of a crash dump: what /proc/vmcore of the second kernel shows. Its program headers say
// where the notes of each CPU, the vmcoreinfo note and every range of the dead kernel's memory lie.
#pragma once

#include "machine/machine.h"

namespace kexec {

// A piece of the dead kernel's memory.
struct DumpedMemory {
    Range physical;
    std::uint64_t virtual_address; // of its first byte
    std::uint64_t stored_at;       // where its bytes lie after the crash: physical.first(), unless moved
};

// ELF64 in the given byte order; `memory` in the order given, the notes before it. Bytes to lie at
// elfcorehdr=.
Buffer core_header(const Machine &machine, std::uint16_t elf_machine, std::endian order,
                   const std::vector<DumpedMemory> &memory);

} // namespace kexec
