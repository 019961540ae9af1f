// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel files that x86_64 loads, in probe order, under the names that -t takes.
#include "arch/x86_64/declined.h"
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

// A kernel has no interpreter; a program for Linux does.
Result<std::optional<ImageContent>> probe_elf(Bytes file, std::uint16_t machine, bool is_64_bit) {
    if (!is_elf(file))
        return std::nullopt;
    Elf elf = TRY(read_elf(file));
    if (elf.machine != machine || elf.is_64_bit != is_64_bit || elf.order != std::endian::little ||
        has_interpreter(elf))
        return std::nullopt;
    return elf;
}

Result<std::optional<ImageContent>> probe_vmlinux(Bytes file) { return probe_elf(file, EM_X86_64, true); }
Result<std::optional<ImageContent>> probe_32_bit_elf(Bytes file) { return probe_elf(file, EM_386, false); }

// The 64-bit entry, and an address that may be above 4 GiB: what protocol 2.12 brought.
bool is_bzimage64(const BzImage &image) { return image.entry_64_bit && image.above_4g; }

Result<std::optional<ImageContent>> probe_bzimage64(Bytes file) {
    auto image = TRY(parse_bzimage(file));
    if (!image || !is_bzimage64(*image))
        return std::nullopt;
    return *image;
}

Result<std::optional<Unwrapped>> take_bzimage_off(Bytes file) {
    return inside_of("bzImage", open_bzimage(file));
}

// U-Boot has names for x86 of 32 and of 64 bits. Which of them a kernel is, it says itself.
Result<std::optional<TakenOut>> take_out_of_x86_uimage(Bytes file, const Selection &) {
    auto header = read_at<UimageHeader>(file, 0, "the header");
    bool is_32_bit = header && header->architecture == uimage_x86;
    return take_out_of_uimage(file, is_32_bit ? uimage_x86 : uimage_x86_64);
}

Result<std::optional<TakenOut>> take_out_of_fit(Bytes file, const Selection &selection) {
    return open_fit(file, {"x86_64", "x86"}, selection);
}

constexpr Format formats[] = {
    {.name = "elf-x86_64", .description = "an ELF vmlinux", .by_file_load = false, .probe = probe_vmlinux},
    {.name = "elf-x86",
     .description = "an ELF vmlinux of 32-bit x86",
     .by_file_load = false,
     .probe = probe_32_bit_elf},
    {.name = "bzImage64",
     .description = "a bzImage, by its 64-bit entry",
     .by_file_load = true,
     .probe = probe_bzimage64},
    {.name = "bzImage",
     .description = "a bzImage, by its 32-bit entry",
     .by_file_load = false,
     .probe = probe_by<parse_bzimage>},
    {.name = "vmlinux",
     .description = "an ELF vmlinux, or the one that a bzImage holds",
     .by_file_load = false,
     .probe = probe_vmlinux,
     .take_off = take_bzimage_off},
    container("uImage", "any of these in U-Boot's uImage", take_out_of_x86_uimage),
    {.name = "zboot",
     .description = "any of these in an EFI program that unpacks it",
     .by_file_load = false,
     .probe = nullptr,
     .take_off = take_zboot_off<pe_machine_x86_64>},
    container("uki", "a unified kernel image (UKI)", take_out_of_uki<pe_machine_x86_64>),
    container("fit", "a FIT image of U-Boot's", take_out_of_fit),
    declined("multiboot2-x86", "a multiboot2 kernel", x86_64::refuse_multiboot2),
    declined("multiboot-x86", "a multiboot kernel", x86_64::refuse_multiboot),
    declined("beoboot-x86", "a boot image of Scyld Beowulf", x86_64::refuse_beoboot),
    declined("nbi-x86", "a net boot image", x86_64::refuse_nbi),
};

} // namespace

std::span<const Format> x86_64_formats() { return formats; }

} // namespace kexec
