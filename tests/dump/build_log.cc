// SPDX-License-Identifier: GPL-2.0-or-later
// The writers' side of kernel/printk/printk_ringbuffer.c and of printk.c before 5.10 and before 3.5, as far
// as it shows in memory.
#include "tests/dump/build_log.h"

#include <algorithm>
#include <deque>
#include <fmt/core.h>

namespace kexec::testing {

namespace {

constexpr std::uint64_t page = 4096;

// Hands out memory, page by page, and remembers it under a name.
std::uint64_t take(BuiltLog &log, const std::string &name, std::uint64_t size) {
    std::uint64_t address = log.shape.base + log.memory.size();
    log.memory.resize(log.memory.size() + (size + page - 1) / page * page);
    log.places[name] = address;
    return address;
}

void put_text(BuiltLog &log, std::uint64_t address, std::string_view text) {
    std::ranges::copy(as_bytes(text), log.memory.begin() + std::ptrdiff_t(address - log.shape.base));
}

unsigned level_byte(const LogShape &shape, unsigned level) {
    constexpr unsigned flags = 6; // newline and prefix
    return shape.foreign.order == std::endian::little ? level << 5 | flags : flags << 3 | level;
}

struct Positions {
    std::uint64_t begin, next;
};

// The state of the ring while records go in.
struct Writer {
    explicit Writer(BuiltLog &built)
        : log(built),
          word(built.shape.foreign.word),
          mask(built.shape.foreign.word_mask()),
          size(std::uint64_t{1} << built.shape.data_bits),
          count(std::uint64_t{1} << built.shape.descriptor_bits),
          head((0 - size) & mask),
          oldest(head),
          id((0 - count - 1) & (mask >> 2)) {}

    // data_alloc: where the block goes, and where the next one will.
    Positions reserve(std::uint64_t length) {
        std::uint64_t needed = (length + word + word - 1) / word * word;
        std::uint64_t begin = head, next = (head + needed) & mask;
        std::uint64_t last = log.shape.fills_end ? (next - 1) & mask : next;
        if ((last ^ begin) & ~(size - 1) & mask) // does not fit behind begin
            next = ((next & ~(size - 1)) + needed) & mask;
        head = next;
        return {begin, next};
    }
    std::uint64_t block(Positions at) const {
        bool wraps = (((at.next - 1) ^ at.begin) & ~(size - 1) & mask) != 0;
        return wraps ? 0 : at.begin & (size - 1);
    }

    BuiltLog &log;
    unsigned word;
    std::uint64_t mask, size, count, head, oldest, id;
};

struct Kept {
    std::uint64_t id;
    Positions at;
    Line line;
};

void write_record(Writer &writer, const LocklessSizes &sizes, const Line &line, Positions at,
                  std::uint64_t sequence) {
    BuiltLog &log = writer.log;
    constexpr std::uint64_t finalized = 2;
    std::uint64_t index = writer.id & (writer.count - 1);
    std::uint64_t descriptor = log.places["descs"] + index * sizes.descriptor;
    log.put(descriptor, writer.word, finalized << (8 * writer.word - 2) | writer.id);
    log.put(descriptor + sizes.begin, writer.word, at.begin);
    log.put(descriptor + sizes.next, writer.word, at.next);
    std::uint64_t info = log.places["infos"] + index * sizes.info;
    log.put(info, 8, sequence);
    log.put(info + 8, 8, line.nanoseconds);
    log.put(info + 16, 2, line.text.size());
    log.put(info + 18, 1, 0);
    log.put(info + 19, 1, level_byte(log.shape, line.level));
    log.put(info + 20, 4, line.caller);
    if (line.text.empty())
        return;
    if ((((at.next - 1) ^ at.begin) & ~(writer.size - 1) & writer.mask) != 0) // the id alone at begin
        log.put(log.places["data"] + (at.begin & (writer.size - 1)), writer.word, writer.id);
    std::uint64_t block = log.places["data"] + writer.block(at);
    log.put(block, writer.word, writer.id);
    put_text(log, block + writer.word, line.text);
}

std::string lockless_info(const BuiltLog &log, const LocklessSizes &sizes) {
    unsigned word = log.shape.foreign.word;
    std::uint64_t ring = log.shape.ring_offset;
    std::string info = "OSRELEASE=6.12.0-test\nPAGESIZE=4096\n";
    info += fmt::format("SYMBOL(prb)={:x}\n", log.places.at("prb"));
    info += fmt::format("SIZE(printk_ringbuffer)={}\nSIZE(prb_desc_ring)={}\nSIZE(prb_data_ring)={}\n",
                        ring + 11 * word, 6 * word, 4 * word);
    info += fmt::format("OFFSET(printk_ringbuffer.desc_ring)={}\n", ring);
    info += fmt::format("OFFSET(printk_ringbuffer.text_data_ring)={}\n", ring + 6 * word);
    info += fmt::format("OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)={}\n", word);
    info += fmt::format("OFFSET(prb_desc_ring.infos)={}\n", 2 * word);
    info += fmt::format("OFFSET(prb_desc_ring.head_id)={}\nOFFSET(prb_desc_ring.tail_id)={}\n", 3 * word,
                        4 * word);
    info += fmt::format("SIZE(prb_desc)={}\nOFFSET(prb_desc.state_var)=0\n", sizes.descriptor);
    info += fmt::format("OFFSET(prb_desc.text_blk_lpos)={}\n", word);
    info += fmt::format("OFFSET(prb_data_blk_lpos.begin)=0\nOFFSET(prb_data_blk_lpos.next)={}\n", word);
    info += fmt::format("SIZE(printk_info)={}\nOFFSET(printk_info.seq)=0\n", sizes.info);
    info += "OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\n"
            "OFFSET(printk_info.caller_id)=20\n";
    info += fmt::format("OFFSET(prb_data_ring.size_bits)=0\nOFFSET(prb_data_ring.data)={}\n", word);
    return info + "OFFSET(atomic_long_t.counter)=0\n";
}

void write_ring(BuiltLog &log, const LocklessSizes &sizes, std::uint64_t head, std::uint64_t tail) {
    unsigned word = log.shape.foreign.word;
    std::uint64_t ring = log.places["ring"] + log.shape.ring_offset;
    log.put(log.places["prb"], word, log.places["ring"]);
    log.put(ring, 4, log.shape.descriptor_bits);
    log.put(ring + word, word, log.places["descs"]);
    log.put(ring + 2 * word, word, log.places["infos"]);
    log.put(log.places["ring"] + sizes.head, word, head);
    log.put(log.places["ring"] + sizes.tail, word, tail);
    log.put(ring + 6 * word, 4, log.shape.data_bits);
    log.put(ring + 7 * word, word, log.places["data"]);
}

} // namespace

std::vector<Line> some_lines(std::size_t count) {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < count; i++)
        lines.push_back({fmt::format("line {} {}", i, std::string(i % 23, 'x')), 1000000 * i,
                         static_cast<unsigned>(i % 8), static_cast<std::uint32_t>(i)});
    return lines;
}

std::uint64_t BuiltLog::get(std::uint64_t address, std::size_t size) const {
    return shape.foreign.number(memory, address - shape.base, size);
}

void BuiltLog::put(std::uint64_t address, std::size_t size, std::uint64_t value) {
    for (std::size_t i = 0; i < size; i++) {
        std::size_t place = shape.foreign.order == std::endian::little ? i : size - 1 - i;
        memory.at(address - shape.base + place) = static_cast<std::byte>(value >> (8 * i));
    }
}

LocklessSizes lockless_sizes(const LogShape &shape) {
    unsigned word = shape.foreign.word;
    return {.descriptor = 3 * word,
            .info = 88,
            .begin = word,
            .next = 2 * word,
            .head = shape.ring_offset + 3 * word,
            .tail = shape.ring_offset + 4 * word};
}

BuiltLog build_lockless_log(const LogShape &shape, const std::vector<Line> &lines) {
    BuiltLog log{shape, {}, {}, {}, {}};
    LocklessSizes sizes = lockless_sizes(shape);
    take(log, "prb", 8);
    take(log, "ring", 256);
    take(log, "descs", sizes.descriptor << shape.descriptor_bits);
    take(log, "infos", sizes.info << shape.descriptor_bits);
    take(log, "data", std::uint64_t{1} << shape.data_bits);
    Writer writer(log);
    std::deque<Kept> kept;
    // DESC0_SV: the ring starts with one descriptor that can be taken.
    std::uint64_t first_id = writer.id;
    log.put(log.places["descs"] + (first_id & (writer.count - 1)) * sizes.descriptor, writer.word,
            std::uint64_t{3} << (8 * writer.word - 2) | first_id);
    for (std::size_t i = 0; i < lines.size(); i++) {
        writer.id = (writer.id + 1) & (writer.mask >> 2);
        bool has_text = !lines[i].text.empty();
        Positions at = has_text ? writer.reserve(lines[i].text.size()) : Positions{3, 3};
        write_record(writer, sizes, lines[i], at, i);
        kept.push_back({writer.id, at, lines[i]});
        // What the newest record took the place of: descriptors, and then texts.
        auto is_lost = [&](const Kept &old) {
            return kept.size() > writer.count ||
                   (!(old.at.begin & 1) && ((writer.head - old.at.begin) & writer.mask) > writer.size);
        };
        while (is_lost(kept.front())) {
            std::uint64_t old = kept.front().id;
            if (((writer.id - old) & (writer.mask >> 2)) < writer.count)
                log.put(log.places["descs"] + (old & (writer.count - 1)) * sizes.descriptor, writer.word,
                        std::uint64_t{3} << (8 * writer.word - 2) | old);
            kept.pop_front();
        }
    }
    write_ring(log, sizes, writer.id, kept.empty() ? first_id : kept.front().id);
    for (const Kept &each : kept)
        log.lines.push_back(each.line);
    log.info = lockless_info(log, sizes);
    return log;
}

BuiltLog build_record_log(const LogShape &shape, const std::vector<Line> &lines) {
    BuiltLog log{shape, {}, {}, {}, {}};
    std::uint64_t size = std::uint64_t{1} << shape.data_bits;
    constexpr std::uint64_t header = 16;
    std::uint64_t pointer = take(log, "log_buf", 8), length = take(log, "log_buf_len", 8),
                  first_at = take(log, "log_first_idx", 8), next_at = take(log, "log_next_idx", 8),
                  data = take(log, "data", size);
    struct Stored {
        std::uint64_t index, size;
        Line line;
    };
    std::deque<Stored> kept;
    std::uint64_t next = 0;
    for (const Line &line : lines) {
        std::uint64_t needed = (header + line.text.size() + 3) / 4 * 4;
        // log_make_free_space: the oldest go until there is room for the record and an empty header.
        while (!kept.empty()) {
            std::uint64_t first = kept.front().index;
            if ((next > first ? std::max(size - next, first) : first - next) > needed + header)
                break;
            kept.pop_front();
        }
        std::uint64_t index = next;
        if (next + needed + header > size) { // log_store: the empty header says that the ring starts anew
            for (std::uint64_t i = 0; i < header; i++)
                log.put(data + next + i, 1, 0);
            index = 0;
        }
        log.put(data + index, 8, line.nanoseconds);
        log.put(data + index + 8, 2, needed);
        log.put(data + index + 10, 2, line.text.size());
        log.put(data + index + 12, 2, 0);
        log.put(data + index + 14, 1, 0);
        log.put(data + index + 15, 1, level_byte(shape, line.level));
        put_text(log, data + index + header, line.text);
        kept.push_back({index, needed, line});
        next = index + needed;
    }
    log.put(pointer, shape.foreign.word, data);
    log.put(length, 4, size);
    log.put(first_at, 4, kept.empty() ? 0 : kept.front().index);
    log.put(next_at, 4, next);
    for (const Stored &each : kept)
        log.lines.push_back({each.line.text, each.line.nanoseconds, each.line.level, 0});
    for (const char *name : {"log_buf", "log_buf_len", "log_first_idx", "log_next_idx"})
        log.info += fmt::format("SYMBOL({})={:x}\n", name, log.places[name]);
    log.info += "SIZE(printk_log)=16\nOFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\n"
                "OFFSET(printk_log.text_len)=10\nOFFSET(printk_log.dict_len)=12\n";
    return log;
}

BuiltLog build_byte_log(const LogShape &shape, const std::vector<std::string> &lines) {
    BuiltLog log{shape, {}, {}, {}, {}};
    std::uint64_t size = std::uint64_t{1} << shape.data_bits, end = 0;
    for (const char *name : {"log_buf", "log_end", "log_buf_len", "logged_chars"})
        log.info += fmt::format("SYMBOL({})={:x}\n", name, take(log, name, 8));
    std::uint64_t data = take(log, "data", size);
    for (const std::string &line : lines)
        for (char each : line)
            log.put(data + end++ % size, 1, static_cast<unsigned char>(each));
    log.put(log.places["log_buf"], shape.foreign.word, data);
    log.put(log.places["log_end"], 4, end);
    log.put(log.places["log_buf_len"], 4, size);
    log.put(log.places["logged_chars"], 4, std::min(end, size));
    return log;
}

} // namespace kexec::testing
