// SPDX-License-Identifier: GPL-2.0-or-later
// arm64 Images and the wrappers around them, made in memory, with headers that tests may change.
#pragma once

#include "base/compress.h"
#include "image/arm64_image.h"
#include "image/uimage.h"
#include "image/zboot.h"

namespace kexec::testing {

// As a kernel of today has it: little-endian, pages of 4 KiB, anywhere in memory, 64 KiB with its bss; no EFI
// program.
Arm64ImageHeader usual_arm64_header();

// A file of 8192 bytes: the header and words behind it.
Buffer build_arm64_image(const Arm64ImageHeader &header = usual_arm64_header());

// The same kernel as an EFI program with the sections .text and .data, which end with the file at 0x1400.
Buffer build_arm64_efi_image(const Arm64ImageHeader &header = usual_arm64_header());

// That one with a certificate table at its end.
Buffer build_signed_arm64_image();

// The header of an EFI program that holds `payload`, said to be compressed by `compression`.
ZbootHeader usual_zboot_header(std::string_view compression, Bytes payload);
Buffer build_zboot(const ZbootHeader &header, Bytes payload, std::uint16_t machine = 0xaa64);
// A valid one, with the name of the compression that kernels use.
Buffer build_zboot(Bytes kernel, Compression compression = Compression::gzip);

// Of a Linux kernel for arm64, not compressed, with its checksums.
UimageHeader usual_uimage_header(Bytes data);
// Puts the checksum of the header into it.
UimageHeader sealed(UimageHeader header);
Buffer build_uimage(const UimageHeader &header, Bytes data);
Buffer build_uimage(Bytes data);

// The data of a uImage of type multi, as mkimage writes it: the sizes and the 0 behind them, then each file,
// filled up to a multiple of four bytes but for the last.
Buffer list_of(const std::vector<std::uint32_t> &sizes);
Buffer multi_data(const std::vector<Buffer> &files);
// The first is the kernel, packed by what the header's `compression` stands for.
Buffer build_multi(const std::vector<Buffer> &files, std::uint8_t compression = 0);

} // namespace kexec::testing
