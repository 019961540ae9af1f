// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel files that x86_64 loads, in probe order, under the names that -t takes.
#include "arch/x86_64/x86_64.h"
#include "image/fit.h"
#include "image/pe.h"
#include "image/uki.h"

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

Result<std::optional<TakenOut>> take_out_of_uki(Bytes file, const Selection &selection) {
    return open_uki(file, pe_machine_x86_64, selection);
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
     .probe = probe_by<parse_bzimage>},
    container("uki", "a unified kernel image (UKI)", take_out_of_uki),
    container("fit", "a FIT image of U-Boot's", take_out_of_fit),
};

} // namespace

std::span<const Format> x86_64_formats() { return formats; }

} // namespace kexec
