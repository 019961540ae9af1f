// SPDX-License-Identifier: GPL-2.0-or-later
// By fs/proc/vmcore.c, which reads this header: one PT_NOTE per CPU and one for vmcoreinfo, offset and
// physical address both saying where the note lies; PT_LOADs whose offset is the physical place of the bytes.
#include "plan/core_header.h"

#include "base/elf.h"

#include <algorithm>
#include <elf.h>

namespace kexec {
namespace {

ElfSegment note(Range area) {
    return {.type = PT_NOTE,
            .flags = 0,
            .offset = area.first(),
            .virtual_address = 0,
            .physical_address = area.first(),
            .file_size = area.size(),
            .memory_size = area.size(),
            .align = 0};
}

ElfSegment load(const DumpedMemory &memory) {
    return {.type = PT_LOAD,
            .flags = PF_R | PF_W | PF_X,
            .offset = memory.stored_at,
            .virtual_address = memory.virtual_address,
            .physical_address = memory.physical.first(),
            .file_size = memory.physical.size(),
            .memory_size = memory.physical.size(),
            .align = 0};
}

} // namespace

Ranges dumped_ram(const Machine &machine) {
    Ranges ram = machine.system_ram;
    for (Range reserved : machine.crash_reservations)
        ram.remove(reserved);
    return ram;
}

std::uint64_t room_for_core_header(const Machine &machine, bool hotplug, std::uint64_t needed) {
    return hotplug ? std::max(needed, machine.kexec.elfcorehdr_size.value_or(0)) : needed;
}

void warn_of_missing_notes(const Machine &machine, std::vector<std::string> &warnings) {
    if (machine.cpu_notes.empty())
        warnings.push_back(
            "no CPU says where it leaves its registers: the dump will have none; going on without");
    if (!machine.vmcoreinfo)
        warnings.push_back(
            "/sys/kernel/vmcoreinfo is not there: tools will need the kernel's debug data to read the "
            "dump; going on without");
}

Buffer core_header(const Machine &machine, std::uint16_t elf_machine, std::endian order,
                   const std::vector<DumpedMemory> &memory) {
    std::vector<ElfSegment> segments;
    segments.reserve(machine.cpu_notes.size() + 1 + memory.size());
    for (const CpuNotes &notes : machine.cpu_notes)
        segments.push_back(note(notes.area));
    if (machine.vmcoreinfo)
        segments.push_back(note(*machine.vmcoreinfo));
    for (const DumpedMemory &piece : memory)
        segments.push_back(load(piece));
    return write_core_header(elf_machine, order, segments);
}

} // namespace kexec
