// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel files that x86_64 loads, in probe order, under the names that -t takes.
#include "arch/x86_64/x86_64.h"
#include "image/bzimage_payload.h"
#include "image/fit.h"
#include "image/pe.h"
#include "image/uimage.h"
#include "image/uki.h"
#include "image/zboot.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

Result<std::optional<ImageContent>> probe_vmlinux(Bytes file) {
    if (!is_elf(file))
        return std::nullopt;
    Elf elf = TRY(read_elf(file));
    if (elf.machine != EM_X86_64 || !elf.is_64_bit || elf.order != std::endian::little ||
        has_interpreter(elf))
        return std::nullopt;
    return elf;
}

// The 64-bit entry, and an address that may be above 4 GiB: what protocol 2.12 brought.
bool is_bzimage64(const BzImage &image) { return image.entry_64_bit && image.above_4g; }

Result<std::optional<ImageContent>> probe_bzimage64(Bytes file) {
    auto image = TRY(parse_bzimage(file));
    if (!image || !is_bzimage64(*image))
        return std::nullopt;
    return *std::move(image);
}

// The magic number and fields behind it, which make a sum of 0: how both versions of multiboot mark a header.
bool is_header_at(Bytes file, std::size_t at, std::uint32_t magic, std::size_t fields) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < fields; i++) {
        auto field = read_at<le32>(file, at + i * 4, "a multiboot header");
        if (!field || (i == 0 && *field != magic))
            return false;
        sum += *field;
    }
    return sum == 0;
}

// Multiboot Specification 0.6.96, 3.1.1 (in the first 8 KiB, on 4 bytes) and 2.0, 3.1.1 (32 KiB, on 8).
bool is_multiboot(Bytes file) {
    for (std::size_t at = 0; at < 8192 && at < file.size(); at += 4)
        if (is_header_at(file, at, 0x1badb002, 3))
            return true;
    for (std::size_t at = 0; at < 32768 && at < file.size(); at += 8)
        if (is_header_at(file, at, 0xe85250d6, 4))
            return true;
    return false;
}

// Whatever is no bzImage may be a kernel that kexec-tools would have started by another protocol.
Result<std::optional<ImageContent>> probe_bzimage(Bytes file) {
    auto image = TRY(probe_by<parse_bzimage>(file));
    if (!image && is_multiboot(file))
        return fail(Cause::unsupported, "this is a multiboot kernel, and starting one is not offered",
                    "have a boot loader start it (GRUB: multiboot2), or name a Linux kernel");
    return image;
}

Result<std::optional<Unwrapped>> take_bzimage_off(Bytes file) {
    return inside_of("bzImage", open_bzimage(file));
}

Result<std::optional<TakenOut>> take_out_of_fit(Bytes file, const Selection &selection) {
    return open_fit(file, "x86_64", selection);
}

constexpr Format formats[] = {
    {.name = "elf-x86_64", .description = "an ELF vmlinux", .by_file_load = false, .probe = probe_vmlinux},
    {.name = "bzImage64",
     .description = "a bzImage, by its 64-bit entry",
     .by_file_load = true,
     .probe = probe_bzimage64},
    {.name = "bzImage",
     .description = "a bzImage, by its 32-bit entry",
     .by_file_load = false,
     .probe = probe_bzimage},
    {.name = "vmlinux",
     .description = "an ELF vmlinux, or the one that a bzImage holds",
     .by_file_load = false,
     .probe = probe_vmlinux,
     .take_off = take_bzimage_off},
    {.name = "uImage",
     .description = "any of these in U-Boot's uImage",
     .by_file_load = false,
     .probe = nullptr,
     .take_off = take_uimage_off<uimage_x86_64>},
    {.name = "zboot",
     .description = "any of these in an EFI program that unpacks it",
     .by_file_load = false,
     .probe = nullptr,
     .take_off = take_zboot_off<pe_machine_x86_64>},
    container("uki", "a unified kernel image (UKI)", take_out_of_uki<pe_machine_x86_64>),
    container("fit", "a FIT image of U-Boot's", take_out_of_fit),
};

} // namespace

std::span<const Format> x86_64_formats() { return formats; }

} // namespace kexec
