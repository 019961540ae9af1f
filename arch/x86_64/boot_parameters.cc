// SPDX-License-Identifier: GPL-2.0-or-later
// By Documentation/arch/x86/zero-page.rst, and for what a kexec loader carries over from the running kernel
// by the kernel's own loader (arch/x86/kernel/kexec-bzimage64.c).
//
// All of it lies in one segment, and every variable part in the setup_data list: a decompressor that chooses
// a random address for the kernel keeps clear of boot_params, the command line and each node of that list,
// and of nothing else (arch/x86/boot/compressed/kaslr.c). The EFI memory map therefore lies inside the EFI
// node, behind its body.
#include "arch/x86_64/boot_parameters.h"

#include <algorithm>
#include <elf.h>

namespace kexec::x86_64 {
namespace {

std::uint32_t low_half(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high_half(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

// The type numbers of the firmware's E820 map, which the protocol passes on.
std::uint32_t e820_type(MemoryType type) {
    switch (type) {
    case MemoryType::ram: return 1;
    case MemoryType::reserved: return 2;
    case MemoryType::acpi_tables: return 3;
    case MemoryType::acpi_nvs: return 4;
    case MemoryType::unusable: return 5;
    case MemoryType::persistent: return 7;
    case MemoryType::persistent_legacy: return 12;
    case MemoryType::soft_reserved: return 0xefffffff;
    }
    return 2;
}

std::vector<E820Entry> e820_of(const MemoryMap &memory) {
    std::vector<E820Entry> entries;
    for (const MemoryRange &entry : memory)
        entries.push_back(
            {.address = entry.range.first(), .size = entry.range.size(), .type = e820_type(entry.type)});
    return entries;
}

// KiB of RAM above 1 MiB, in the piece that spans it: a field from before there were memory maps.
std::uint32_t kib_above_one_mib(const MemoryMap &memory) {
    constexpr std::uint64_t mib = 0x100000;
    for (const MemoryRange &entry : memory)
        if (entry.type == MemoryType::ram && entry.range.first() <= mib && entry.range.last() > mib)
            return static_cast<std::uint32_t>(
                std::min<std::uint64_t>((entry.range.last() - mib + 1) >> 10, UINT32_MAX));
    return 0;
}

// A buffer that is filled front to back, at an address: boot_params, command line, setup_data nodes.
class Builder {
public:
    Builder(std::uint64_t base) : base_(base), bytes_(sizeof(BootParams)) {}

    std::uint64_t address() const { return base_ + bytes_.size(); }
    void add(Bytes more) { append(bytes_, more); }
    void align(std::size_t to) { bytes_.resize((bytes_.size() + to - 1) / to * to); }

    // Starts a node of the setup_data list. The newest node leads the list.
    void add_node(SetupDataType type, std::size_t length) {
        align(8);
        SetupDataHead head{.next = list_, .type = type, .length = static_cast<std::uint32_t>(length)};
        list_ = address();
        add(bytes_of(head));
    }

    // A node with this body; none without a byte.
    void add_node_of(SetupDataType type, Bytes body) {
        if (body.empty())
            return;
        add_node(type, body.size());
        add(body);
    }

    Buffer finish(BootParams params) {
        params.header.setup_data = list_;
        write_at(bytes_, 0, params);
        return std::move(bytes_);
    }

private:
    std::uint64_t base_;
    Buffer bytes_;
    std::uint64_t list_ = 0;
};

// What the running kernel was told of its screen, disks and firmware holds for the next one.
void carry_over(BootParams &params, Bytes running_bytes) {
    if (running_bytes.size() < sizeof(BootParams))
        return;
    BootParams running;
    std::memcpy(&running, running_bytes.data(), sizeof running);
    std::ranges::copy(running.screen_info, params.screen_info);
    std::ranges::copy(running.edid_info, params.edid_info);
    std::ranges::copy(running.edd, params.edd);
    std::ranges::copy(running.edd_signatures, params.edd_signatures);
    params.edd_count = running.edd_count;
    params.edd_signature_count = running.edd_signature_count;
    params.secure_boot = running.secure_boot;
    params.header.hardware_subarch = running.header.hardware_subarch;
}

void add_memory_map(BootParams &params, Builder &builder, const MemoryMap &memory) {
    std::vector<E820Entry> entries = e820_of(memory);
    std::size_t inside = std::min(entries.size(), most_e820_entries);
    std::copy_n(entries.begin(), inside, params.e820);
    params.e820_count = static_cast<std::uint8_t>(inside);
    params.alt_memory_kib = kib_above_one_mib(memory);
    builder.add_node_of(setup_e820_extension, std::as_bytes(std::span(entries).subspan(inside)));
}

// The virtual addresses that the first kernel gave to the firmware stay in force: it may be told only once
// (UEFI specification, SetVirtualAddressMap), so the second kernel gets the map that the first one made.
void add_efi(BootParams &params, Builder &builder, const X86_64Facts &facts) {
    const X86_64Efi &efi = *facts.efi;
    EfiSetupData body{.firmware_vendor = efi.firmware_vendor,
                      .runtime = efi.runtime,
                      .tables = efi.config_table,
                      .smbios = efi.smbios,
                      .reserved = {}};
    std::size_t map_size = efi.runtime_map.size() * sizeof(EfiMemoryDescriptor);
    builder.add_node(setup_efi, sizeof body + map_size);
    builder.add(bytes_of(body));
    std::uint64_t map = builder.address();
    for (const EfiRuntimeRange &range : efi.runtime_map) {
        EfiMemoryDescriptor descriptor{.type = range.type,
                                       .padding = 0,
                                       .physical = range.physical,
                                       .virtual_address = range.virtual_address,
                                       .pages = range.pages,
                                       .attribute = range.attribute};
        builder.add(bytes_of(descriptor));
    }
    BootParams running;
    std::memcpy(&running, facts.boot_params.data(), sizeof running); // can_pass_efi has seen that it is there
    params.efi = {.loader_signature = running.efi.loader_signature,
                  .systab = running.efi.systab,
                  .memory_descriptor_size = sizeof(EfiMemoryDescriptor),
                  .memory_descriptor_version = 1,
                  .memory_map = low_half(map),
                  .memory_map_size = static_cast<std::uint32_t>(map_size),
                  .systab_high = running.efi.systab_high,
                  .memory_map_high = high_half(map)};
}

void set_command_line(BootParams &params, Builder &builder, std::string_view command_line) {
    params.header.cmd_line_ptr = low_half(builder.address());
    params.command_line_high = high_half(builder.address());
    builder.add(as_bytes(command_line));
    builder.add(as_bytes(std::string_view("\0", 1)));
}

void set_initrd(BootParams &params, const std::optional<Range> &initrd) {
    std::uint64_t first = initrd ? initrd->first() : 0, size = initrd ? initrd->size() : 0;
    params.header.ramdisk_image = low_half(first);
    params.header.ramdisk_size = low_half(size);
    params.ramdisk_image_high = high_half(first);
    params.ramdisk_size_high = high_half(size);
}

} // namespace

Buffer build_boot_parameters(const BootParameterInput &input, std::uint64_t base) {
    BootParams params{};
    params.header = input.header;
    carry_over(params, input.facts.boot_params);
    params.header.type_of_loader = 0xd0; // boot.rst: D is kexec-tools, whose place we take; version 0
    params.acpi_rsdp = input.facts.acpi_rsdp;
    set_initrd(params, input.initrd);

    Builder builder(base);
    set_command_line(params, builder, input.command_line);
    add_memory_map(params, builder, input.memory);
    if (input.pass_efi)
        add_efi(params, builder, input.facts);
    builder.add_node_of(setup_dtb, input.device_tree);
    builder.add_node_of(setup_rng_seed, input.seed);
    return builder.finish(params);
}

bool can_pass_efi(const X86_64Facts &facts, bool kernel_takes_it, std::string &why_not) {
    if (!facts.efi) {
        why_not = facts.efi_missing;
        return false;
    }
    BootParams running{};
    if (facts.boot_params.size() >= sizeof running)
        std::memcpy(&running, facts.boot_params.data(), sizeof running);
    if (running.efi.loader_signature != efi_64_bit_signature || running.efi.memory_map_size == 0)
        why_not = "the running kernel was not started by 64-bit EFI, or its boot_params cannot be read";
    else if (!kernel_takes_it)
        why_not = "the new kernel cannot take EFI runtime data from kexec";
    return why_not.empty();
}

} // namespace kexec::x86_64
