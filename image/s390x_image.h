// SPDX-License-Identifier: GPL-2.0-or-later
// The kernels of s390x: the image that a machine is started from, and the ELF file it was made of. Both hold
// the same program, a small one around the compressed kernel, for fixed addresses from 0 on; it is entered at
// 64 KiB and takes its parameters in an area behind that (arch/s390/boot/head.S,
// arch/s390/include/asm/setup.h).
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>
#include <vector>

namespace kexec {

// The entry points, which are fixed for good, and the parameter area between them and the program.
namespace s390x_layout {
inline constexpr std::uint64_t entry = 0x10000;       // startup
inline constexpr std::uint64_t crash_entry = 0x10010; // startup of a crash kernel
inline constexpr std::uint64_t parameters = 0x10400;
inline constexpr std::uint64_t command_line = 0x10480;
} // namespace s390x_layout

// What a loader fills in, at s390x_layout::parameters. Addresses are the new kernel's own: a crash kernel
// runs at 0 wherever it was loaded.
struct S390xParameters {
    be64 ipl_device;
    be64 initrd_start, initrd_size; // 0: none
    be64 oldmem_base, oldmem_size;  // of a crash kernel: the reservation it was loaded into
    be64 kernel_version;            // stated by the image: where its version is spelled out
    be64 max_command_line_size;     // stated by the image: bytes for the command line and its NUL, 0: 896
};
static_assert(sizeof(S390xParameters) == 0x38);

// Consecutive memory of a kernel that starts at a page: `bytes`, and zeros behind them up to `size`.
struct S390xPiece {
    std::uint64_t address;
    std::uint64_t size; // not 0
    Bytes bytes;
};

// A kernel that has been checked. What it has below its entry serves the machine's own boot loader and is
// left out.
struct S390xImage {
    // Ascending, disjoint. The first starts at s390x_layout::entry and has the bytes of the parameter area
    // with the command line.
    std::vector<S390xPiece> pieces;
    std::uint64_t end;               // of the last piece: the first address behind it
    std::uint64_t command_line_size; // bytes, with the NUL
    bool starts_in_a_crash;          // built with CONFIG_CRASH_DUMP
};

// Nothing where the file is no such image; an error where it is a damaged one.
Result<std::optional<S390xImage>> parse_s390x_image(Bytes file);

// The same for the ELF file arch/s390/boot/vmlinux. Nothing where the file is no ELF file of s390x;
// Cause::unsupported where it is the vmlinux that is compressed into an image and has no entry of its own.
Result<std::optional<S390xImage>> parse_s390x_elf(Bytes file);

} // namespace kexec
