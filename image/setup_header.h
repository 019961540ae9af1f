// SPDX-License-Identifier: GPL-2.0-or-later
// The setup header of an x86 kernel as it lies at 0x1f1 of a bzImage and of struct boot_params, by
// Documentation/arch/x86/boot.rst; its fields have the names they have there.
#pragma once

#include "base/endian.h"

#include <cstddef>
#include <string_view>

namespace kexec {

inline constexpr std::uint64_t setup_header_offset = 0x1f1;
inline constexpr std::uint64_t setup_magic_offset = 0x202;
inline constexpr std::string_view setup_magic = "HdrS";

// As of protocol 2.15; a kernel of an older protocol has the first part of it.
struct SetupHeader {
    std::uint8_t setup_sects;
    le16 root_flags;
    le32 syssize;
    le16 ram_size, vid_mode, root_dev, boot_flag;
    std::uint8_t jump, jump_distance;
    le32 header;
    le16 version;
    le32 realmode_swtch;
    le16 start_sys_seg, kernel_version;
    std::uint8_t type_of_loader, loadflags;
    le16 setup_move_size;
    le32 code32_start, ramdisk_image, ramdisk_size, bootsect_kludge;
    le16 heap_end_ptr;
    std::uint8_t ext_loader_ver, ext_loader_type;
    le32 cmd_line_ptr, initrd_addr_max, kernel_alignment;
    std::uint8_t relocatable_kernel, min_alignment;
    le16 xloadflags;
    le32 cmdline_size, hardware_subarch;
    le64 hardware_subarch_data;
    le32 payload_offset, payload_length;
    le64 setup_data, pref_address;
    le32 init_size, handover_offset, kernel_info_offset;
};
static_assert(offsetof(SetupHeader, header) == setup_magic_offset - setup_header_offset);
static_assert(offsetof(SetupHeader, kernel_version) == 0x20e - setup_header_offset);
static_assert(offsetof(SetupHeader, initrd_addr_max) == 0x22c - setup_header_offset);
static_assert(offsetof(SetupHeader, payload_offset) == 0x248 - setup_header_offset);
static_assert(offsetof(SetupHeader, pref_address) == 0x258 - setup_header_offset);
static_assert(sizeof(SetupHeader) == 0x26c - setup_header_offset);

enum LoadFlag : std::uint8_t {
    loadflag_loaded_high = 1 << 0,
    loadflag_kaslr = 1 << 1, // KASLR_FLAG: between decompressor and kernel
};

enum XLoadFlag : std::uint16_t {
    xloadflag_kernel_64 = 1 << 0,
    xloadflag_above_4g = 1 << 1,
    xloadflag_efi_kexec = 1 << 4,
    xloadflag_five_level = 1 << 5, // XLF_5LEVEL of arch/x86/include/uapi/asm/bootparam.h
    xloadflag_five_level_enabled = 1 << 6,
};

} // namespace kexec
