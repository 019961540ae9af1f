// SPDX-License-Identifier: GPL-2.0-or-later
// The x86 bzImage, by Documentation/arch/x86/boot.rst: a real-mode setup part that holds the setup header,
// and the protected-mode kernel behind it.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>

namespace kexec {

// A bzImage whose header has been checked: every size and offset below lies inside the file.
struct BzImage {
    Bytes setup;  // boot sector and setup code, the setup header inside
    Bytes kernel; // the protected-mode kernel: what is loaded; without a signature that may follow it in the
                  // file
    Bytes header; // the setup header from offset 0x1f1 to its stated end: what goes into boot_params

    std::uint16_t protocol;         // 0x020c is 2.12
    std::uint32_t kernel_alignment; // a power of two, at least 4096
    bool relocatable;
    std::uint64_t preferred_address; // 0 before protocol 2.10
    std::uint64_t init_size;         // bytes needed at the load address to unpack; at least kernel.size()
    std::uint64_t initrd_last;       // highest address an initrd may occupy (32-bit entry)
    std::uint32_t command_line_size; // characters the kernel takes, without the NUL

    bool entry_64_bit;       // XLF_KERNEL_64
    bool above_4g;           // XLF_CAN_BE_LOADED_ABOVE_4G
    bool efi_kexec;          // XLF_EFI_KEXEC: takes EFI runtime data from kexec
    bool five_level;         // XLF_5LEVEL: starts when the running kernel uses five-level paging
    bool five_level_enabled; // XLF_5LEVEL_ENABLED: uses five-level paging itself where the processor has it
    std::optional<Bytes> payload; // the compressed vmlinux inside, where the header tells where it is (2.08)
};

// Nothing where the file is no bzImage ("HdrS" and the boot flag are missing); an error where it is a damaged
// one.
Result<std::optional<BzImage>> parse_bzimage(Bytes file);

} // namespace kexec
