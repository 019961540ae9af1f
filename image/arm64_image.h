// SPDX-License-Identifier: GPL-2.0-or-later
// The arm64 Image, by Documentation/arch/arm64/booting.rst ("4. Call the kernel image"): a header of 64 bytes
// at the start of what is loaded and called.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <bit>
#include <optional>

namespace kexec {

// On disk, at the start of the file. code0 and code1 are instructions, and "MZ" where the kernel is an EFI
// program as well.
struct Arm64ImageHeader {
    le32 code0, code1;
    le64 text_offset;
    le64 image_size;
    le64 flags;
    le64 reserved[3];
    le32 magic;     // "ARM\x64"
    le32 pe_header; // its offset; 0 where the kernel is no EFI program
};
static_assert(sizeof(Arm64ImageHeader) == 64);

// An Image whose header has been checked.
struct Arm64Image {
    std::uint64_t text_offset; // bytes from a base on 2 MiB to the start of the image; a multiple of 4096
    std::uint64_t image_size;  // bytes that must be free from the start of the image on; at least
                               // bytes.size(), and with text_offset no more than 32 GiB
    std::endian order;         // of the kernel
    std::uint32_t page_size;   // of the kernel, in bytes: 4096, 16384 or 65536; 0: not stated
    bool anywhere; // the base may lie anywhere in memory; else as low as possible, since what is below is
                   // lost
    bool legacy;   // from before Linux 3.17, which states no image_size: text_offset is 0x80000 by rule,
                   // image_size a guess
    Bytes bytes;   // what is loaded, header included; without what may follow it in the file (a signature)
};

// Nothing where the file is no Image (the magic number is missing); an error where it is a damaged one.
Result<std::optional<Arm64Image>> parse_arm64_image(Bytes file);

// The same of the first bytes of an Image, which a vmlinux has at its entry: without what its section table
// says of the rest.
Result<std::optional<Arm64Image>> parse_start_of_arm64_image(Bytes start);

} // namespace kexec
