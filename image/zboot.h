// SPDX-License-Identifier: GPL-2.0-or-later
// EFI zboot (vmlinuz.efi of arm64, riscv64 and loongarch64): an EFI program that unpacks the kernel which it
// holds. By drivers/firmware/efi/libstub/zboot-header.S and Makefile.zboot of the kernel.
#pragma once

#include "image/wrapper.h"

namespace kexec {

// On disk, at the start of the file, in place of the DOS header.
struct ZbootHeader {
    char mz[4];   // "MZ", 0, 0
    char zimg[4]; // "zimg"
    le32 payload_offset;
    le32 payload_size;
    le32 reserved[2];
    char compression[32]; // its name, then NUL
    le32 linux_magic;     // 0 before Linux 6.3
    le32 pe_offset;
};
static_assert(sizeof(ZbootHeader) == 64);

// The kernel inside, still compressed, which its first bytes say as well as the header does. `machine` is
// that of the PE header. Nothing where the file is no zboot kernel; an error where it is a damaged one, of
// another machine, or compressed in a way that is not known.
Result<std::optional<Bytes>> open_zboot(Bytes file, std::uint16_t machine);

// The same for the rows of an architecture.
template <std::uint16_t machine> Result<std::optional<Unwrapped>> take_zboot_off(Bytes file) {
    return inside_of("zboot", open_zboot(file, machine));
}

} // namespace kexec
