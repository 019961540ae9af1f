// SPDX-License-Identifier: GPL-2.0-or-later
// U-Boot's legacy uImage: a header of 64 bytes with two checksums in front of a kernel. By struct
// image_header of U-Boot's include/image.h, which also has the numbers.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>

namespace kexec {

// On disk, at the start of the file.
struct UimageHeader {
    be32 magic;
    be32 header_crc; // over the header, with 0 in this field
    be32 time;
    be32 size; // of the data behind the header
    be32 load, entry;
    be32 data_crc;
    std::uint8_t os, architecture, type, compression;
    char name[32];
};
static_assert(sizeof(UimageHeader) == 64);

inline constexpr std::uint32_t uimage_magic = 0x27051956;

// `architecture` of the header.
inline constexpr std::uint8_t uimage_arm64 = 22;

// The kernel inside, which is compressed if the header says so, and then its first bytes say so too. Where
// U-Boot would put it (load, entry) has no meaning for kexec. Nothing where the file is no uImage; an error
// where it is a damaged one, or not a Linux kernel for `architecture`.
Result<std::optional<Bytes>> open_uimage(Bytes file, std::uint8_t architecture);

} // namespace kexec
