// SPDX-License-Identifier: GPL-2.0-or-later
// A Machine as text, and files of /sys made up.
#include "tests/machine/made.h"

#include <fmt/core.h>

namespace kexec::testing {

void add_memmap(Files &files, unsigned number, Range range, const std::string &type) {
    std::string directory = fmt::format("/sys/firmware/memmap/{}/", number);
    files[directory + "start"] = fmt::format("{:#x}\n", range.first());
    files[directory + "end"] = fmt::format("{:#x}\n", range.last());
    files[directory + "type"] = type + "\n";
}

Files giant_files(unsigned ranges, unsigned cpus) {
    Files files;
    std::string iomem = "00001000-0009ffff : System RAM\n";
    add_memmap(files, 0, range(0x1000, 0x9ffff), "System RAM");
    for (unsigned i = 0; i < ranges; i++) {
        std::uint64_t first = 0x100000 + i * giant_step;
        Range ram = range(first, first + giant_step - 0x1001),
              hole = range(first + giant_step - 0x1000, first + giant_step - 1);
        iomem += fmt::format("{} : System RAM\n", to_string(ram));
        if (i == 0)
            iomem += "  10000000-1fffffff : Crash kernel\n";
        iomem += fmt::format("{} : Reserved\n", to_string(hole));
        add_memmap(files, 2 * i + 1, ram, "System RAM");
        add_memmap(files, 2 * i + 2, hole, "Reserved");
    }
    files["/proc/iomem"] = iomem;
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}/", cpu);
        files[folder + "crash_notes"] = fmt::format("{:x}\n", 0x30000000 + cpu * 0x1000);
        files[folder + "crash_notes_size"] = "376\n";
    }
    files["/proc/cmdline"] = "quiet\n";
    return files;
}

namespace {

template <typename T> std::string shown(const std::optional<T> &value) {
    return value ? fmt::format("{}", static_cast<std::uint64_t>(*value)) : "not known";
}

template <typename List> std::string lines(std::string_view title, const List &ranges) {
    std::string text = fmt::format("{}:\n", title);
    for (Range range : ranges)
        text += fmt::format("  {}\n", to_string(range));
    return text;
}

std::string description(const X86_64Efi &efi) {
    std::string text =
        fmt::format("EFI: vendor {:#x}, runtime {:#x}, tables {:#x}, SMBIOS {:#x}; runtime map:\n",
                    efi.firmware_vendor, efi.runtime, efi.config_table, efi.smbios);
    for (const EfiRuntimeRange &range : efi.runtime_map)
        text += fmt::format("  type {:2} at {:#010x}, {:#6x} pages, mapped at {:#x}, attribute {:#x}\n",
                            range.type, range.physical, range.pages, range.virtual_address, range.attribute);
    return text;
}

std::string description(const X86_64Facts &facts) {
    std::string text = fmt::format("boot parameters: {} bytes; ACPI RSDP {:#x}\n", facts.boot_params.size(),
                                   facts.acpi_rsdp);
    text +=
        facts.efi ? description(*facts.efi) : fmt::format("EFI: none; missing \"{}\"\n", facts.efi_missing);
    text += fmt::format("EFI runtime map exists: {}\n", facts.efi_runtime_map_exists);
    if (!facts.kernel)
        return text + fmt::format("kernel: not known; {}\n", facts.kernel_missing);
    return text +
           fmt::format("kernel: memory mapped at {:#x}; image at {:#x}, mapped at {:#x}, {:#x} bytes\n",
                       facts.kernel->page_offset, facts.kernel->text_physical, facts.kernel->text_virtual,
                       facts.kernel->text_size);
}

std::string description(const Arm64Facts &facts) {
    const Arm64Kernel &kernel = facts.kernel;
    std::string text = fmt::format("pages of {} bytes ({})\ndevice tree of {} bytes ({})\n", facts.page_size,
                                   facts.page_size_words, facts.device_tree.size(), facts.device_tree_words);
    text += kernel.linear_offset ? fmt::format("memory mapped at its address + {:#x} ({})\n",
                                               *kernel.linear_offset, kernel.linear_words)
                                 : fmt::format("memory: {}\n", kernel.linear_words);
    text += kernel.image ? fmt::format("kernel: image at {}, mapped at {:#x} ({})\n",
                                       to_string(*kernel.image), kernel.image_virtual, kernel.image_words)
                         : fmt::format("kernel: {}\n", kernel.image_words);
    for (const Arm64SerialPort &port : facts.serial_ports)
        text += fmt::format("port {}: at {:#x}, type {}, shift {}\n", port.name, port.address, port.type,
                            port.shift);
    return text;
}

std::string description(const Ppc64Facts &facts) {
    std::string text = fmt::format("pages of {} bytes ({})\ndevice tree of {} bytes ({})\n", facts.page_size,
                                   facts.page_size_words, facts.device_tree.size(), facts.device_tree_words);
    text += fmt::format("kernel end {:#x}, first memory {}\n", facts.kernel_end.value_or(0),
                        facts.first_memory ? to_string(*facts.first_memory) : "not known");
    for (const FirmwareMemory &piece : facts.firmware)
        text += fmt::format("{}: {}\n", name_of(piece.use), to_string(piece.range));
    if (facts.opal)
        text += fmt::format("OPAL: base {:#x}, entry {:#x}\n", facts.opal->base, facts.opal->entry);
    text += facts.terminal ? fmt::format("terminal {:#x}\n", *facts.terminal) : "no terminal\n";
    text += fmt::format("vector SHA {}, next CPU {}, possible CPUs {}, fadump {}\n", facts.vector_sha,
                        facts.next_cpu.value_or(0), facts.possible_cpus, facts.fadump);
    if (facts.waiting_dump)
        text += lines(facts.waiting_dump->property + " waits beyond", facts.waiting_dump->boot_memory);
    return text;
}

} // namespace

std::string description(const Machine &machine) {
    std::string text = fmt::format("{}\ncommand line: {}\nmemory:\n", machine.arch, machine.command_line);
    for (const MemoryRange &entry : machine.memory)
        text += fmt::format("  {} {}\n", to_string(entry.range), name_of(entry.type));
    text += lines("system RAM", machine.system_ram);
    text += lines("crash reservations", machine.crash_reservations);
    text += "notes of CPUs:\n";
    for (const CpuNotes &notes : machine.cpu_notes)
        text += fmt::format("  {} {}\n", notes.cpu, to_string(notes.area));
    text +=
        fmt::format("vmcoreinfo: {}\n", machine.vmcoreinfo ? to_string(*machine.vmcoreinfo) : "not known");
    const KexecState &state = machine.kexec;
    text += fmt::format(
        "loaded {}, crash loaded {}, crash size {}, load disabled {}, core header size {}, lockdown \"{}\"\n",
        shown(state.loaded), shown(state.crash_loaded), shown(state.crash_size), shown(state.load_disabled),
        shown(state.elfcorehdr_size), state.policy.lockdown);
    if (const auto *facts = std::get_if<X86_64Facts>(&machine.own))
        text += description(*facts);
    if (const auto *facts = std::get_if<Arm64Facts>(&machine.own))
        text += lines("kept", machine.kept) + description(*facts);
    if (const auto *facts = std::get_if<Ppc64Facts>(&machine.own))
        text += lines("kept", machine.kept) + description(*facts);
    return text;
}

} // namespace kexec::testing
