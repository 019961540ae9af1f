// SPDX-License-Identifier: GPL-2.0-or-later
// Understanding an x86_64 machine: its memory, the boot parameters it was started with, and where its kernel
// lies. What EFI left is in efi.cc. The laws are the kernel's own: arch/x86/kernel/{e820,setup}.c,
// fs/proc/kcore.c.
#include "arch/x86_64/boot_params.h"
#include "arch/x86_64/efi.h"
#include "arch/x86_64/x86_64.h"
#include "base/elf.h"
#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::string_view guest_devices[] = {"/sys/class/misc/sev-guest/uevent",
                                              "/sys/class/misc/tdx_guest/uevent"};

constexpr std::uint64_t mebibyte = 1 << 20;

bool has_word(std::string_view command_line, std::string_view word) {
    return std::ranges::count(words_of(command_line), word) > 0;
}

// A second kernel is told the map that the first one was told, not what the first one made of it: the kernel
// takes page 0 and 640 KiB to 1 MiB away for itself each time, and a map made of /proc/iomem would lose that
// memory for good. The kernel's own view is used where there is no other, and with add_efi_memmap, which adds
// EFI's map to the kernel's view alone.
Result<MemoryMap> told_memory(const Snapshot &snapshot, const Machine &machine) {
    if (has_word(machine.command_line, "add_efi_memmap"))
        return resource_memory_map(machine.resources);
    auto map = firmware_memory_map(snapshot);
    if (!map && map.error().cause == Cause::missing_file)
        return resource_memory_map(machine.resources);
    return map;
}

// What the running kernel knows better. Above 1 MiB it makes RAM reserved where something lies that must
// outlive it: EFI's boot services data that a table points into (efi_arch_mem_reserve, for the ESRT and
// others), memory that the MTRRs leave uncached (mtrr_trim_uncached_memory), an aperture in RAM
// (early_gart_iommu_check), the edges of the RMP table of SEV-SNP, and what memmap=SIZE$START names. Memory
// for a special purpose and memmap=SIZE!START are kept as well. Each kernel of a chain reserves the same
// ranges, so nothing more is lost from one to the next. The setup_data that a loader passed is not among
// them: kernels mark it with a type that /proc/iomem prints as System RAM, or not at all.
// Nor are "ACPI Tables" over RAM: an initrd brought those, and the next brings its own.
void correct(MemoryMap &map, const std::vector<ResourceLine> &resources) {
    Ranges ram = map.of_type(MemoryType::ram);
    ram.remove(*Range::between(0, mebibyte - 1));
    MemoryMap kernels_view = resource_memory_map(resources);
    for (MemoryType type : {MemoryType::reserved, MemoryType::soft_reserved, MemoryType::persistent_legacy})
        for (Range range : kernels_view.of_type(type))
            for (Range part : ram.within(range))
                map.retype(part, type);
}

// The aperture of an old AMD machine's IOMMU (GART) may lie over RAM; reading it in a dump stops the machine.
Ranges ram_in_use(const std::vector<ResourceLine> &resources) {
    Ranges ram = ram_lines(resources);
    for (const ResourceLine &line : resources)
        if (line.name == "GART")
            ram.remove(line.range);
    return ram;
}

// The running kernel keeps the boot parameters it was given; old kernels show them in debugfs alone.
Result<Buffer> read_boot_params(const Snapshot &snapshot) {
    for (std::string_view path : {"/sys/kernel/boot_params/data", "/sys/kernel/debug/boot_params/data"}) {
        auto bytes = snapshot.bytes(path);
        if (!bytes)
            continue;
        if (bytes->size() != sizeof(x86_64::BootParams) || snapshot.is_cut(path))
            return fail(Cause::other, fmt::format("{}: holds {} bytes, {} were needed", path, bytes->size(),
                                                  sizeof(x86_64::BootParams)));
        return Buffer(bytes->begin(), bytes->end());
    }
    return Buffer();
}

// The kernel's decompressor fills acpi_rsdp in since 5.1. Before, EFI's table said it, on BIOS nobody.
Result<std::uint64_t> find_acpi_rsdp(const Snapshot &snapshot, Bytes boot_params) {
    if (!boot_params.empty()) {
        std::uint64_t rsdp =
            TRY(read_at<x86_64::BootParams>(boot_params, 0, "the boot parameters")).acpi_rsdp;
        if (rsdp != 0)
            return rsdp;
    }
    std::uint64_t version_2 = TRY(x86_64::efi_table_address(snapshot, "ACPI20"));
    return version_2 != 0 ? version_2 : x86_64::efi_table_address(snapshot, "ACPI");
}

// The kernel maps its image from here on (__START_KERNEL_map), modules behind it.
constexpr std::uint64_t kernel_map = 0xffffffff80000000;
constexpr std::uint64_t page_offset_align = 1 << 30; // kernel address space is randomised in steps of 1 GiB

// /proc/kcore gives no physical address to mappings of other things than memory, and old kernels to
// none.
bool has_physical(const ElfSegment &segment) {
    return segment.physical_address != UINT64_MAX && segment.physical_address != 0;
}

// The direct map comes first in the address space (Documentation/arch/x86/x86_64/mm.rst): it holds the lowest
// mapping.
Result<std::uint64_t> find_page_offset(const std::vector<ElfSegment> &mappings) {
    std::optional<std::uint64_t> offset, lowest;
    for (const ElfSegment &mapping : mappings) {
        if (mapping.virtual_address >= kernel_map)
            continue;
        lowest = std::min(mapping.virtual_address, lowest.value_or(UINT64_MAX));
        if (!has_physical(mapping))
            continue;
        std::uint64_t this_offset = mapping.virtual_address - mapping.physical_address;
        if (offset.value_or(this_offset) != this_offset)
            return fail(Cause::other,
                        "its program headers give memory at two different offsets, one was needed");
        offset = this_offset;
    }
    if (!lowest)
        return fail(Cause::other, "none of its program headers is of the direct map of memory");
    return offset.value_or(align_down(*lowest, page_offset_align));
}

// The kernel's image is the lowest mapping of its part of the address space; it starts at _text, as "Kernel
// code" does.
Result<X86_64Kernel> place_text(const std::vector<ElfSegment> &mappings, Range code,
                                std::uint64_t page_offset) {
    const ElfSegment *text = nullptr;
    for (const ElfSegment &mapping : mappings)
        if (mapping.virtual_address >= kernel_map &&
            (!text || mapping.virtual_address < text->virtual_address))
            text = &mapping;
    if (!text)
        return fail(Cause::other, "none of its program headers is of the kernel's image");
    if (has_physical(*text) && text->physical_address != code.first())
        return fail(Cause::other, fmt::format("has the kernel's image at {:#x}, /proc/iomem at {:#x}",
                                              text->physical_address, code.first()));
    auto size = align_up(text->memory_size, x86_64::page);
    if (text->memory_size < code.size() || !size || !Range::sized(text->virtual_address, *size))
        return fail(Cause::other,
                    fmt::format("gives the kernel's image {:#x} bytes, its code alone has {:#x}",
                                text->memory_size, code.size()));
    return X86_64Kernel{page_offset, code.first(), text->virtual_address, *size};
}

Result<X86_64Kernel> find_kernel(const Snapshot &snapshot, const std::vector<ResourceLine> &resources) {
    constexpr std::string_view path = "/proc/kcore";
    auto code = std::ranges::find(resources, "Kernel code", &ResourceLine::name);
    if (code == resources.end())
        return fail(Cause::other, "/proc/iomem: has no line \"Kernel code\"");
    auto bytes = snapshot.bytes(path);
    if (!bytes) {
        int number = snapshot.error(path);
        return fail(Cause::missing_file,
                    fmt::format("{}: {}", path, std::strerror(number ? number : ENOENT)));
    }
    if (snapshot.is_cut(path))
        return fail(Cause::other, fmt::format("{}: has more program headers than the {} bytes that are read",
                                              path, bytes->size()));
    Elf core = TRY_WITHIN(path, read_elf(*bytes, ElfExtent::partial));
    std::erase_if(core.segments, [](const ElfSegment &segment) { return segment.type != PT_LOAD; });
    std::uint64_t page_offset = TRY_WITHIN(path, find_page_offset(core.segments));
    return TRY_WITHIN(path, place_text(core.segments, code->range, page_offset));
}

// What the first processor has; all have the same.
std::vector<std::string_view> processor_flags(const Snapshot &snapshot) {
    for (std::string_view line : lines_of(snapshot.text("/proc/cpuinfo").value_or("")))
        if (line.starts_with("flags"))
            return words_of(line.substr(std::min(line.find(':'), line.size() - 1) + 1));
    return {};
}

// A processor that encrypts memory has AMD's flags in its host, too. The address of the table that SEV-SNP's
// firmware leaves stands in boot_params (arch/x86/include/uapi/asm/bootparam.h, cc_blob_address).
std::string what_tells_of_confidential_guest(const Snapshot &snapshot,
                                             const std::vector<std::string_view> &flags, Bytes boot_params) {
    auto has = [&](std::string_view flag) { return std::ranges::count(flags, flag) > 0; };
    for (std::string_view flag : {"tdx_guest", "sev", "sev_es", "sev_snp"})
        if (has(flag) && (flag == "tdx_guest" || has("hypervisor")))
            return fmt::format("/proc/cpuinfo has {}", flag);
    for (std::string_view device : guest_devices)
        if (snapshot.is_there(device))
            return std::string(device.substr(0, device.rfind('/')));
    constexpr std::size_t blob_offset = 0x13c;
    auto blob = read_at<le32>(boot_params, blob_offset, "the boot parameters");
    return blob && *blob != 0 ? "boot_params have a confidential computing blob" : "";
}

} // namespace

Result<Machine> understand_x86_64(const Snapshot &snapshot) {
    Machine machine = TRY(understand_common(snapshot, "x86_64"));
    machine.memory = TRY(told_memory(snapshot, machine));
    correct(machine.memory, machine.resources);
    machine.system_ram = ram_in_use(machine.resources);

    X86_64Facts facts;
    facts.boot_params = TRY(read_boot_params(snapshot));
    facts.acpi_rsdp = TRY(find_acpi_rsdp(snapshot, facts.boot_params));
    TRY(x86_64::read_efi(snapshot, facts));
    if (facts.efi)
        machine.kept = x86_64::runtime_ranges(*facts.efi);
    auto kernel = find_kernel(snapshot, machine.resources);
    if (kernel)
        facts.kernel = *kernel;
    else
        facts.kernel_missing = kernel.error().what;
    auto flags = processor_flags(snapshot);
    facts.has_la57 = std::ranges::count(flags, "la57") > 0;
    facts.confidential = what_tells_of_confidential_guest(snapshot, flags, facts.boot_params);
    machine.own = std::move(facts);
    return machine;
}

} // namespace kexec
