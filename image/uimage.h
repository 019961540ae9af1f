// SPDX-License-Identifier: GPL-2.0-or-later
// U-Boot's legacy uImage: a header of 64 bytes with two checksums in front of a kernel. By struct
// image_header of U-Boot's include/image.h, which also has the numbers.
#pragma once

#include "image/wrapper.h"

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

// `architecture` of the header. There are no numbers for 64-bit PowerPC and s390x: their kernels have those
// of the families.
inline constexpr std::uint8_t uimage_x86 = 3, uimage_powerpc = 7, uimage_s390 = 8, uimage_arm64 = 22,
                              uimage_x86_64 = 24;

// What lies in a uImage: a kernel, compressed if the header says so (and then its first bytes say so too),
// and in one of type multi perhaps what goes with it. Where U-Boot would put the kernel (load, entry) has no
// meaning for kexec. Nothing where the file is no uImage; an error where it is a damaged one, or not a Linux
// kernel for `architecture`.
Result<std::optional<KernelAndParts>> open_uimage(Bytes file, std::uint8_t architecture);

// As a container of the kernel and, where it has some, of what goes with it.
Result<std::optional<TakenOut>> take_out_of_uimage(Bytes file, std::uint8_t architecture);
// The same for the row of a machine: there is nothing to select.
template <std::uint8_t architecture>
Result<std::optional<TakenOut>> take_out_of_uimage(Bytes file, const Selection &) {
    return take_out_of_uimage(file, architecture);
}

} // namespace kexec
