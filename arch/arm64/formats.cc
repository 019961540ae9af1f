// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel files that arm64 loads, in probe order, under the names that -t takes.
#include "arch/arm64/formats.h"

#include <algorithm>
#include <elf.h>

namespace kexec {
namespace {

Result<std::optional<ImageContent>> probe_vmlinux(Bytes file) {
    if (!is_elf(file))
        return std::nullopt;
    Elf elf = TRY(read_elf(file));
    bool has_interpreter = std::ranges::count(elf.segments, std::uint32_t{PT_INTERP}, &ElfSegment::type) > 0;
    if (elf.machine != EM_AARCH64 || !elf.is_64_bit || has_interpreter)
        return std::nullopt;
    return elf;
}

Result<std::optional<ImageContent>> probe_image(Bytes file) {
    auto image = TRY(parse_arm64_image(file));
    if (!image)
        return std::nullopt;
    return *std::move(image);
}

constexpr Format formats[] = {
    {.name = "vmlinux", .description = "an ELF vmlinux", .by_file_load = false, .probe = probe_vmlinux},
    {.name = "Image", .description = "an arm64 Image", .by_file_load = true, .probe = probe_image},
};

} // namespace

std::span<const Format> arm64_formats() { return formats; }

} // namespace kexec
