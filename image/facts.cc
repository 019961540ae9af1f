// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the facts off each format. Where the file states nothing, the machine's boot document does: x86's
// boot.rst, arm64's booting.rst, arch/s390/boot.
#include "image/facts.h"

#include <algorithm>
#include <elf.h>

namespace kexec {

namespace {

constexpr std::uint32_t page_of_4_kib = 4096;
constexpr std::uint64_t usual_command_line =
    2047; // COMMAND_LINE_SIZE of x86, arm64 and powerpc, less its NUL
constexpr std::uint64_t arm64_initrd_reach = std::uint64_t{32} << 30;
constexpr std::uint64_t x86_initrd_last =
    0x37ffffff; // boot.rst, initrd_addr_max: what it was before that field

// boot.rst: the 64-bit entry stands 0x200 behind the 32-bit one, and takes an initrd anywhere.
KernelFacts facts_about(const BzImage &image, const Image &whole) {
    constexpr std::uint64_t entry_64 = 0x200;
    bool by_64_bit_entry = image.entry_64_bit && whole.format->name != "bzImage";
    KernelFacts facts{};
    facts.banner = linux_banner(image);
    facts.page_size = page_of_4_kib;
    facts.entry = by_64_bit_entry ? entry_64 : 0;
    facts.entry_is_offset = true;
    facts.memory = image.init_size;
    facts.command_line = image.command_line_size;
    if (!by_64_bit_entry)
        facts.initrd_last = image.initrd_last;
    return facts;
}

KernelFacts facts_about(const Arm64Image &image, const Image &) {
    KernelFacts facts{};
    facts.banner = linux_banner(image.bytes);
    if (image.page_size != 0)
        facts.page_size = image.page_size;
    facts.entry_is_offset = true;
    facts.memory = image.image_size;
    facts.command_line = usual_command_line;
    facts.initrd_reach = arm64_initrd_reach;
    return facts;
}

KernelFacts facts_about(const S390xImage &image, const Image &) {
    KernelFacts facts{};
    facts.banner = linux_banner(image);
    facts.page_size = page_of_4_kib;
    facts.entry = s390x_layout::entry;
    facts.memory = image.end;
    facts.command_line = image.command_line_size - 1;
    return facts;
}

std::optional<LinuxBanner> banner_of(const Elf &elf) {
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == PT_LOAD)
            if (auto banner = linux_banner(elf.bytes_of(segment)))
                return banner;
    return std::nullopt;
}

// From the lowest byte that is loaded to the highest; nothing where none is. No segment passes the end of the
// address space (read_elf).
std::optional<std::uint64_t> span_of(const Elf &elf) {
    std::uint64_t first = UINT64_MAX, last = 0;
    for (const ElfSegment &segment : elf.segments) {
        if (segment.type != PT_LOAD || segment.memory_size == 0)
            continue;
        first = std::min(first, segment.physical_address);
        last = std::max(last, segment.physical_address + (segment.memory_size - 1));
    }
    return last >= first ? std::optional(last - first + 1) : std::nullopt;
}

// A vmlinux of arm64 starts with the header of its Image.
std::optional<std::uint32_t> page_size_of(const Elf &elf) {
    if (elf.machine == EM_X86_64 || elf.machine == EM_386 || elf.machine == EM_S390)
        return page_of_4_kib;
    for (const ElfSegment &segment : elf.segments) {
        if (segment.type != PT_LOAD || elf.machine != EM_AARCH64)
            continue;
        auto start = parse_start_of_arm64_image(elf.bytes_of(segment));
        if (start && *start && (*start)->page_size != 0)
            return (*start)->page_size;
    }
    return std::nullopt;
}

KernelFacts facts_about(const Elf &elf, const Image &) {
    KernelFacts facts{};
    facts.banner = banner_of(elf);
    facts.page_size = page_size_of(elf);
    facts.entry = elf.entry;
    facts.memory = span_of(elf);
    facts.command_line = usual_command_line;
    if (elf.machine == EM_AARCH64)
        facts.initrd_reach = arm64_initrd_reach;
    if (elf.machine == EM_386)
        facts.initrd_last = x86_initrd_last;
    return facts;
}

} // namespace

KernelFacts facts_of(const Image &image) {
    return std::visit([&](const auto &content) { return facts_about(content, image); }, image.content);
}

} // namespace kexec
