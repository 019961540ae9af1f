// SPDX-License-Identifier: GPL-2.0-or-later
// struct boot_params, "the zero page": what the x86 boot protocol hands to a kernel
// (Documentation/arch/x86/boot.rst and zero-page.rst, arch/x86/include/uapi/asm/bootparam.h). Only the fields
// that a loader touches have names.
#pragma once

#include "image/setup_header.h"

#include <cstddef>

namespace kexec::x86_64 {

struct E820Entry {
    le64 address, size;
    le32 type;
};
static_assert(sizeof(E820Entry) == 20);

inline constexpr std::size_t most_e820_entries = 128; // in boot_params; the rest goes into setup_data
inline constexpr std::size_t edd_bytes = 6 * 82;
inline constexpr std::size_t edd_signature_bytes = 16 * 4;

struct EfiInfo {
    le32 loader_signature; // "EL64" on 64-bit firmware
    le32 systab, memory_descriptor_size, memory_descriptor_version, memory_map, memory_map_size;
    le32 systab_high, memory_map_high;
};
static_assert(sizeof(EfiInfo) == 32);

inline constexpr std::uint32_t efi_64_bit_signature = 0x34364c45; // "EL64"

struct BootParams {
    std::uint8_t screen_info[0x40];
    std::uint8_t unused_040[0x70 - 0x40];
    le64 acpi_rsdp;
    std::uint8_t unused_078[0xc0 - 0x78];
    le32 ramdisk_image_high, ramdisk_size_high, command_line_high;
    std::uint8_t unused_0cc[0x140 - 0xcc];
    std::uint8_t edid_info[0x80];
    EfiInfo efi;
    le32 alt_memory_kib;
    le32 unused_1e4;
    std::uint8_t e820_count, edd_count, edd_signature_count, keyboard_status, secure_boot;
    std::uint8_t unused_1ed[0x1f1 - 0x1ed];
    SetupHeader header;
    std::uint8_t unused_26c[0x290 - 0x26c];
    std::uint8_t edd_signatures[edd_signature_bytes];
    E820Entry e820[most_e820_entries];
    std::uint8_t unused_cd0[0xd00 - 0xcd0];
    std::uint8_t edd[edd_bytes];
    std::uint8_t unused_eec[0x1000 - 0xeec];
};
static_assert(sizeof(BootParams) == 4096);
static_assert(offsetof(BootParams, acpi_rsdp) == 0x70 && offsetof(BootParams, ramdisk_image_high) == 0xc0);
static_assert(offsetof(BootParams, edid_info) == 0x140 && offsetof(BootParams, efi) == 0x1c0);
static_assert(offsetof(BootParams, e820_count) == 0x1e8 && offsetof(BootParams, secure_boot) == 0x1ec);
static_assert(offsetof(BootParams, header) == 0x1f1 && offsetof(BootParams, edd_signatures) == 0x290);
static_assert(offsetof(BootParams, e820) == 0x2d0 && offsetof(BootParams, edd) == 0xd00);

// A node of the setup_data list: this head, then `length` bytes.
struct SetupDataHead {
    le64 next; // physical address, 0 ends the list
    le32 type, length;
};
static_assert(sizeof(SetupDataHead) == 16);

enum SetupDataType : std::uint32_t {
    setup_e820_extension = 1,
    setup_dtb = 2,
    setup_efi = 4,
    setup_rng_seed = 9
};

// Body of a setup_efi node (struct efi_setup_data).
struct EfiSetupData {
    le64 firmware_vendor, runtime, tables, smbios, reserved[8];
};
static_assert(sizeof(EfiSetupData) == 96);

// A line of the EFI memory map, version 1.
struct EfiMemoryDescriptor {
    le32 type, padding;
    le64 physical, virtual_address, pages, attribute;
};
static_assert(sizeof(EfiMemoryDescriptor) == 40);

} // namespace kexec::x86_64
