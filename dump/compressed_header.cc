// SPDX-License-Identifier: GPL-2.0-or-later
// disk_dump_header and kdump_sub_header of makedumpfile's diskdump_mod.h. The first holds a struct timeval,
// whose size follows the size of long; the second has 64-bit numbers that i386 aligns to 4 bytes and every
// other machine to 8.
#include "dump/compressed_header.h"

#include "dump/fault.h"

#include <algorithm>
#include <array>
#include <bit>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {

namespace {

// Offsets in disk_dump_header. The machine's name is the fifth of six strings of 65 bytes.
constexpr std::uint64_t version_offset = 8, machine_offset = 12 + 4 * 65, name_size = 65;
struct Layout {
    unsigned word;
    std::uint64_t block_size;                         // behind the timeval; the next fields follow
    std::uint64_t split, start, vmcoreinfo, start_64; // in kdump_sub_header
    std::uint64_t sub_header_size;
};
constexpr Layout layouts[] = {
    {8, 428, 12, 16, 32, 80, 104},
    {4, 416, 8, 12, 24, 72, 96}, // 32 bits
    {4, 416, 8, 12, 20, 56, 80}, // and i386
};
constexpr std::uint64_t header_size = 464;
constexpr std::uint64_t largest_block = 1 << 20, largest_vmcoreinfo = 1 << 20;

struct MachineName {
    std::string_view name; // as uname -m says it
    std::uint16_t machine;
    unsigned layout;
};
constexpr MachineName machine_names[] = {
    {"x86_64", EM_X86_64, 0}, {"aarch64", EM_AARCH64, 0}, {"ppc64le", EM_PPC64, 0}, {"ppc64", EM_PPC64, 0},
    {"s390x", EM_S390, 0},    {"riscv64", EM_RISCV, 0},   {"loongarch64", 258, 0},  {"mips64", EM_MIPS, 0},
    {"ia64", EM_IA_64, 0},    {"sparc64", EM_SPARCV9, 0}, {"ppc", EM_PPC, 1},       {"i686", EM_386, 2},
    {"i586", EM_386, 2},      {"i386", EM_386, 2},
};

bool is_block_size(std::uint64_t size) {
    return std::has_single_bit(size) && size >= 512 && size <= largest_block;
}

// The byte order shows in the version, a small number; the size of long in where a block size stands.
std::optional<Foreign> recognise(Bytes header, Layout &layout) {
    Foreign foreign;
    std::uint64_t version = foreign.number(header, version_offset, 4);
    foreign.order = version < 0x10000 ? std::endian::little : std::endian::big;
    std::string_view name = text_until_nul(header.subspan(machine_offset, name_size));
    const auto *known = std::ranges::find(machine_names, name, &MachineName::name);
    if (known != std::end(machine_names))
        layout = layouts[known->layout];
    else
        layout = is_block_size(foreign.number(header, layouts[0].block_size, 4)) ? layouts[0] : layouts[1];
    foreign.word = layout.word;
    if (!is_block_size(foreign.number(header, layout.block_size, 4)))
        return std::nullopt;
    return foreign;
}

std::uint16_t machine_in(Bytes header) {
    std::string_view name = text_until_nul(header.subspan(machine_offset, name_size));
    const auto *known = std::ranges::find(machine_names, name, &MachineName::name);
    if (known != std::end(machine_names))
        return known->machine;
    return name.starts_with("arm") ? EM_ARM : 0;
}

// What later versions of the sub header added.
void read_sub_header(CompressedHeader &header, Bytes bytes, const Layout &layout, std::uint64_t version) {
    const Foreign &foreign = header.foreign;
    std::uint64_t word = foreign.word;
    if (header.machine == EM_X86_64)
        header.phys_base = foreign.number(bytes, 0, word);
    bool is_split = version >= 2 && foreign.number(bytes, layout.split, 4) != 0;
    std::uint64_t start = foreign.number(bytes, layout.start, word),
                  end = foreign.number(bytes, layout.start + word, word);
    if (version >= 3)
        header.vmcoreinfo = {foreign.number(bytes, layout.vmcoreinfo, 8),
                             std::min(foreign.number(bytes, layout.vmcoreinfo + 8, word),
                                      largest_vmcoreinfo)};
    if (version >= 6) {
        start = foreign.number(bytes, layout.start_64, 8);
        end = foreign.number(bytes, layout.start_64 + 8, 8);
        std::uint64_t frames = foreign.number(bytes, layout.start_64 + 16, 8);
        if (frames != 0)
            header.frames = frames;
    }
    if (is_split) { // the last parts may have no pages
        header.first_frame = start;
        header.end_frame = end;
    }
}

} // namespace

Result<CompressedHeader> read_compressed_header(DumpSource &source, std::vector<std::string> &notes) {
    Buffer bytes(header_size);
    if (auto got = read_all(source, 0, bytes, "the header"); !got)
        return fail_dump(Fault::header, got.error().what, got.error().remedy);
    Layout layout;
    auto foreign = recognise(bytes, layout);
    if (!foreign)
        return fail_dump(Fault::header_size,
                         "the header of the compressed dump is damaged: its block size is no power of two",
                         "copy the dump here again, or name another file");
    CompressedHeader header{};
    header.foreign = *foreign;
    header.machine = machine_in(bytes);
    auto field = [&](std::uint64_t index) {
        return foreign->number(bytes, layout.block_size + 4 * index, 4);
    };
    header.block_size = field(0);
    std::uint64_t sub_header_blocks = field(1), bitmap_blocks = field(2);
    header.frames = field(3);
    header.end_frame = UINT64_MAX;
    header.bitmap = (1 + sub_header_blocks + bitmap_blocks / 2) * header.block_size;
    header.descriptors = (1 + sub_header_blocks + bitmap_blocks) * header.block_size;

    Buffer more(layout.sub_header_size);
    std::size_t got = source.read(header.block_size, more).value_or(0);
    if (got < more.size())
        notes.push_back("the dump ends inside its second header; going on without the rest");
    std::ranges::fill(MutableBytes(more).subspan(got), std::byte{0});
    read_sub_header(header, more, layout, foreign->number(bytes, version_offset, 4));
    // Two bitmaps: of the pages there are, and of those that are kept.
    header.frames = std::min(header.frames, bitmap_blocks / 2 * header.block_size * 8);
    return header;
}

} // namespace kexec
