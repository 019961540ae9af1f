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

// What the kernel uses as RAM, without what the second kernel runs in.
Ranges dumped_ram(const Machine &machine);

// Bytes to set aside for a core header of `needed` bytes: with --hotplug the kernel rewrites it when CPUs or
// memory come and go, and says how large it may get.
std::uint64_t room_for_core_header(const Machine &machine, bool hotplug, std::uint64_t needed);

// Adds a sentence for each thing that every architecture's dumps have, and this machine's will not.
void warn_of_missing_notes(const Machine &machine, std::vector<std::string> &warnings);

// ELF64 in the given byte order; `memory` in the order given, the notes before it. Bytes to lie at
// elfcorehdr=.
Buffer core_header(const Machine &machine, std::uint16_t elf_machine, std::endian order,
                   const std::vector<DumpedMemory> &memory);

} // namespace kexec
