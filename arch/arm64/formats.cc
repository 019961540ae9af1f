// SPDX-License-Identifier: GPL-2.0-or-later
// Two kinds of kernel, ELF and Image, and the wrappers that boards and distributions put around the second.
// kexec_file_load takes a plain Image (arch/arm64/kernel/kexec_image.c): of a wrapped one it gets the inside.
#include "arch/arm64/formats.h"

#include "image/fit.h"
#include "image/pe.h"
#include "image/uimage.h"
#include "image/uki.h"
#include "image/zboot.h"

#include <elf.h>

namespace kexec {
namespace {

// Of either byte order: the header of the ELF file tells which.
Result<std::optional<ImageContent>> probe_vmlinux(Bytes file) {
    if (!is_elf(file))
        return std::nullopt;
    Elf elf = TRY(read_elf(file));
    if (elf.machine != EM_AARCH64 || !elf.is_64_bit || has_interpreter(elf))
        return std::nullopt;
    return elf;
}

Result<std::optional<TakenOut>> take_out_of_fit(Bytes file, const Selection &selection) {
    return open_fit(file, {"arm64"}, selection);
}

constexpr Format formats[] = {
    {.name = "vmlinux", .description = "an ELF vmlinux", .by_file_load = false, .probe = probe_vmlinux},
    {.name = "Image",
     .description = "a flat Image, which may be compressed",
     .by_file_load = true,
     .probe = probe_by<parse_arm64_image>},
    container("uImage", "an Image in U-Boot's uImage", take_out_of_uimage<uimage_arm64>),
    {.name = "vmlinuz",
     .description = "an Image in an EFI program that unpacks it (zboot)",
     .by_file_load = false,
     .probe = nullptr,
     .take_off = take_zboot_off<pe_machine_arm64>},
    container("uki", "a unified kernel image (UKI)", take_out_of_uki<pe_machine_arm64>),
    container("fit", "a FIT image of U-Boot's", take_out_of_fit),
    {.name = "zImage",
     .description = "an Image that is compressed",
     .by_file_load = false,
     .probe = nullptr,
     .take_off = take_compression_off},
};

} // namespace

std::span<const Format> arm64_formats() { return formats; }

} // namespace kexec
