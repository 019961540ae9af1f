// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the formats by their descriptions: gABI chapter 5 for ELF; makedumpfile's IMPLEMENTATION for the
// others.
#include "tests/dump/build_dump.h"

#include "tests/support/pack.h"

#include <algorithm>
#include <elf.h>

namespace kexec::testing {

namespace {

constexpr std::uint64_t page = 4096;

void put(Buffer &buffer, const Foreign &foreign, std::uint64_t offset, std::size_t size,
         std::uint64_t value) {
    if (buffer.size() < offset + size)
        buffer.resize(offset + size);
    for (std::size_t i = 0; i < size; i++) {
        std::size_t place = foreign.order == std::endian::little ? i : size - 1 - i;
        buffer[offset + place] = static_cast<std::byte>(value >> (8 * i));
    }
}

void put_bytes(Buffer &buffer, std::uint64_t offset, Bytes bytes) {
    if (buffer.size() < offset + bytes.size())
        buffer.resize(offset + bytes.size());
    std::ranges::copy(bytes, buffer.begin() + std::ptrdiff_t(offset));
}

std::uint32_t flag_of(std::optional<PageCompression> compression) {
    if (!compression)
        return 0;
    switch (*compression) {
    case PageCompression::zlib: return 1;
    case PageCompression::lzo: return 2;
    case PageCompression::snappy: return 4;
    case PageCompression::zstd: return 0x20;
    }
    return 0;
}

} // namespace

Result<std::size_t> MemorySource::read(std::uint64_t offset, MutableBytes target) {
    if (offset >= bytes_.size())
        return 0;
    std::size_t size = std::min<std::size_t>(bytes_.size() - offset, target.size());
    std::ranges::copy(Bytes(bytes_).subspan(offset, size), target.begin());
    return size;
}

ElfPlan elf_plan(const BuiltLog &log, std::uint16_t machine, const std::string &info) {
    ElfPlan plan;
    plan.is_64_bit = log.shape.foreign.word == 8;
    plan.order = log.shape.foreign.order;
    plan.type = ET_CORE;
    plan.machine = machine;
    plan.entry = 0;
    std::string text = log.info + info;
    add_segment(plan, PT_NOTE, build_note("VMCOREINFO", 0, as_bytes(text), plan.order), 0);
    add_segment(plan, PT_LOAD, log.memory, log.shape.base).physical_address = physical_base;
    return plan;
}

Buffer elf_dump(const BuiltLog &log, std::uint16_t machine, const std::string &info) {
    return build_elf(elf_plan(log, machine, info));
}

Buffer compressed_dump(const BuiltLog &log, std::optional<PageCompression> compression,
                       const std::string &machine, const std::string &info) {
    const Foreign &foreign = log.shape.foreign;
    const bool is_wide = foreign.word == 8;
    const std::uint64_t fields = is_wide ? 428 : 416;
    std::uint64_t first = physical_base / page, count = log.memory.size() / page, frames = first + count;
    std::uint64_t bitmap_blocks = (frames / 8 + page) / page;
    Buffer dump;
    put_bytes(dump, 0, as_bytes("KDUMP   "));
    put(dump, foreign, 8, 4, 6);
    put_bytes(dump, 12 + 4 * 65, as_bytes(machine));
    put(dump, foreign, fields, 4, page);
    put(dump, foreign, fields + 4, 4, 1); // blocks of the second header
    put(dump, foreign, fields + 8, 4, 2 * bitmap_blocks);
    put(dump, foreign, fields + 12, 4, frames);
    std::uint64_t bitmap = (2 + bitmap_blocks) * page, descriptors = (2 + 2 * bitmap_blocks) * page;
    std::uint64_t data = descriptors + 24 * count, at = data;
    for (std::uint64_t i = 0; i < count; i++) {
        Bytes plain = Bytes(log.memory).subspan(i * page, page);
        Buffer packed = compression ? pack_page(plain, *compression) : Buffer(plain.begin(), plain.end());
        bool is_smaller = packed.size() < page; // else makedumpfile stores the page itself
        Bytes stored = is_smaller ? Bytes(packed) : plain;
        std::uint64_t frame = first + i;
        std::uint64_t place = bitmap + frame / 8;
        put(dump, foreign, place, 1,
            (place < dump.size() ? std::to_integer<unsigned>(dump[place]) : 0) | 1U << frame % 8);
        put(dump, foreign, descriptors + 24 * i, 8, at);
        put(dump, foreign, descriptors + 24 * i + 8, 4, stored.size());
        put(dump, foreign, descriptors + 24 * i + 12, 4, is_smaller ? flag_of(compression) : 0);
        put_bytes(dump, at, stored);
        at += stored.size();
    }
    std::string text = log.info + info;
    put_bytes(dump, at, as_bytes(text));
    put(dump, foreign, page + (is_wide ? 32 : 24), 8, at);
    put(dump, foreign, page + (is_wide ? 40 : 32), foreign.word, text.size());
    put(dump, foreign, page + (is_wide ? 96 : 88), 8, frames);
    return dump;
}

Buffer flattened(Bytes dump, std::size_t record_size) {
    Foreign big{std::endian::big, 8};
    Buffer file(page);
    put_bytes(file, 0, as_bytes("makedumpfile"));
    put(file, big, 16, 8, 1);
    put(file, big, 24, 8, 1);
    auto add = [&](std::uint64_t offset, Bytes bytes) {
        put(file, big, file.size(), 8, offset);
        put(file, big, file.size(), 8, bytes.size());
        put_bytes(file, file.size(), bytes);
    };
    // What stands first is written over by what follows.
    add(0, Buffer(std::min(record_size, dump.size()), std::byte{0x55}));
    std::size_t middle = dump.size() / 2;
    for (auto [start, end] : {std::pair(middle, dump.size()), std::pair(std::size_t{0}, middle)})
        for (std::size_t at = start; at < end; at += record_size)
            add(at, dump.subspan(at, std::min(record_size, end - at)));
    put(file, big, file.size(), 8, UINT64_MAX);
    put(file, big, file.size(), 8, UINT64_MAX);
    return file;
}

Result<ReadLog> read_dump(DumpSource &source) {
    Dump dump = TRY(open_dump(source));
    ReadLog read;
    read.notes = dump.notes;
    read.summary = TRY(read_log(*dump.core, [&](const Record &record) -> Result<void> {
        read.lines.push_back({std::string(as_text(record.text)), record.nanoseconds.value_or(0),
                              record.level.value_or(0), record.caller.value_or(0)});
        return {};
    }));
    return read;
}

Result<ReadLog> read_dump(Buffer dump) {
    MemorySource source(std::move(dump));
    return read_dump(source);
}

} // namespace kexec::testing
