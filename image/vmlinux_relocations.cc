// SPDX-License-Identifier: GPL-2.0-or-later
// The tables stand behind the ELF file: a zero, then addresses, for each. Kernels with per-CPU variables
// linked at 0 have three, for values of 64 bits, inverse ones of 32, and those of 32; newer ones have no
// inverse ones and leave that table out, its zero too (Linux 6.15, commit 9d7de2aa8b41). No address is 0, so
// counting zeros tells which.
#include "image/vmlinux_relocations.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::uint64_t kernel_map =
    0xffffffff80000000; // __START_KERNEL_map: physical addresses count from here
constexpr std::uint64_t high_half = 0xffffffff00000000;

Failure damaged(std::string what) {
    return fail(Cause::bad_image, "the relocation tables behind the kernel are damaged: " + std::move(what),
                "copy the kernel to this place again, or name another file");
}

std::uint32_t word_at(Bytes words, std::size_t index) {
    le32 word;
    std::memcpy(&word, words.data() + 4 * index, sizeof word);
    return word;
}

// A zero leads each table.
std::vector<Bytes> split(Bytes words) {
    std::vector<Bytes> tables;
    std::size_t count = words.size() / 4, start = 0;
    for (std::size_t i = 0; i <= count; i++) {
        if (i < count && word_at(words, i) != 0)
            continue;
        if (i != 0)
            tables.push_back(words.subspan(4 * start, 4 * (i - start)));
        start = i + 1;
    }
    return tables;
}

// A loadable segment's bytes around a linked address. What is linked at 0, the per-CPU variables, has its
// place told by its physical address, as all have.
std::optional<std::uint64_t> offset_of(const Elf &vmlinux, std::uint64_t address, std::uint64_t width) {
    if (address < kernel_map)
        return std::nullopt;
    std::uint64_t physical = address - kernel_map;
    for (const ElfSegment &segment : vmlinux.segments) {
        if (segment.type != PT_LOAD || physical < segment.physical_address)
            continue;
        std::uint64_t inside = physical - segment.physical_address;
        if (inside < segment.file_size && segment.file_size - inside >= width)
            return segment.offset + inside;
    }
    return std::nullopt;
}

template <typename Value>
Result<void> move_values(MutableBytes file, const Elf &vmlinux, Bytes table, std::uint64_t by) {
    for (std::size_t i = 0; i < table.size() / 4; i++) {
        std::uint64_t address = high_half | word_at(table, i);
        auto offset = offset_of(vmlinux, address, sizeof(Value));
        if (!offset || *offset > file.size() || file.size() - *offset < sizeof(Value))
            return damaged(fmt::format("they name {:#x}, which is no part of it", address));
        Value value;
        std::memcpy(&value, file.data() + *offset, sizeof value);
        value = static_cast<decltype(+value)>(value + by);
        std::memcpy(file.data() + *offset, &value, sizeof value);
    }
    return {};
}

} // namespace

Result<std::optional<VmlinuxRelocations>> find_relocations(const Elf &vmlinux) {
    std::size_t end = (end_of_contents(vmlinux) + 3) / 4 * 4;
    Bytes rest = vmlinux.file.subspan(std::min(end, vmlinux.file.size()));
    if (rest.empty())
        return std::nullopt;
    if (rest.size() % 4 != 0 || word_at(rest, 0) != 0)
        return damaged(
            fmt::format("{} bytes follow it, which no zero leads or which are no whole words", rest.size()));
    std::vector<Bytes> tables = split(rest);
    if (tables.size() != 2 && tables.size() != 3)
        return damaged(fmt::format("there are {}, and kernels have 2 or 3", tables.size()));
    return VmlinuxRelocations{.wide = tables.front(),
                              .inverse = tables.size() == 3 ? tables[1] : Bytes(),
                              .narrow = tables.back()};
}

Result<void> relocate(MutableBytes file, const Elf &vmlinux, const VmlinuxRelocations &relocations,
                      std::uint64_t delta) {
    TRY(move_values<le64>(file, vmlinux, relocations.wide, delta));
    TRY(move_values<le32>(file, vmlinux, relocations.inverse, -delta));
    return move_values<le32>(file, vmlinux, relocations.narrow, delta);
}

} // namespace kexec
