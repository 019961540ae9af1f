// SPDX-License-Identifier: GPL-2.0-or-later
// The ring of bytes (kernel/printk.c before 3.5): lines with their level in front ("<6>") and, where the
// kernel was told so, a time stamp; log_end counts all bytes that were ever written.
#include "base/text.h"
#include "dump/fault.h"
#include "dump/log_forms.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::size_t longest_line = 64 << 10; // a longer one is given in pieces

struct Ring {
    std::uint64_t address, size;
    std::uint64_t written; // log_end
};

Result<std::uint64_t> value_of_symbol(Memory &memory, unsigned index, std::string_view name,
                                      std::size_t size) {
    auto symbol = memory.core().info.symbol(name);
    if (!symbol)
        return fail_dump(static_cast<Fault>(static_cast<unsigned>(Fault::byte_ring_key) + index),
                         fmt::format("the dump's VMCOREINFO has no SYMBOL({}), which the log is found with",
                                     name),
                         "open the dump with crash and the kernel's debug information");
    return TRY_WITHIN(name, memory.number(*symbol, size));
}

Result<Ring> find_ring(Memory &memory) {
    std::vector<Memory::Part> parts;
    for (std::string_view name : {"log_buf", "log_end", "log_buf_len"})
        if (auto symbol = memory.core().info.symbol(name))
            parts.push_back({*symbol, memory.foreign().word});
    memory.gather(parts);
    Ring ring{};
    ring.address = TRY(value_of_symbol(memory, 0, "log_buf", memory.foreign().word));
    ring.written = TRY(value_of_symbol(memory, 1, "log_end", 4));
    ring.size = TRY(value_of_symbol(memory, 2, "log_buf_len", 4));
    if (ring.size == 0 || ring.size > std::uint64_t{1} << most_log_bits)
        return fail_dump(Fault::byte_ring_key, fmt::format("log_buf_len is {}, which no log has", ring.size),
                         "open the dump with crash and the kernel's debug information");
    return ring;
}

// "<6>[   12.345678] text": what stands in front of a line.
void read_prefix(Record &record, std::string_view line) {
    if (line.size() < 3 || line[0] != '<')
        return;
    auto number = parse_decimal(line.substr(1, std::min(line.find('>'), line.size()) - 1));
    if (!number)
        return;
    record.level = static_cast<unsigned>(*number & 7);
    record.facility = static_cast<unsigned>(*number >> 3);
    line.remove_prefix(line.find('>') + 1);
    std::size_t dot = line.find('.'), end = line.find(']');
    if (!line.starts_with('[') || end == npos || dot == npos || end != dot + 7)
        return;
    auto seconds = parse_decimal(trimmed(line.substr(1, dot - 1))),
         microseconds = parse_decimal(line.substr(dot + 1, 6));
    if (seconds && microseconds && *seconds < UINT32_MAX)
        record.nanoseconds = (*seconds * 1000000 + *microseconds) * 1000;
}

class Lines {
public:
    Lines(const TakeRecord &take, LogSummary &summary) : take_(take), summary_(summary) {}

    Result<void> add(Bytes bytes) {
        for (std::byte byte : bytes) {
            line_.push_back(byte);
            if (byte == std::byte{'\n'} || line_.size() == longest_line)
                TRY(flush());
        }
        return {};
    }
    Result<void> flush() {
        if (line_.empty())
            return {};
        Record record;
        record.as_stored = true;
        record.text = line_;
        read_prefix(record, as_text(line_));
        summary_.records++;
        auto taken = take_(record);
        line_.clear();
        return taken;
    }

private:
    const TakeRecord &take_;
    LogSummary &summary_;
    Buffer line_;
};

} // namespace

Result<void> read_byte_log(Memory &memory, const TakeRecord &take, LogSummary &summary) {
    Ring ring = TRY(find_ring(memory));
    memory.gather({{ring.address, ring.size}});
    std::uint64_t size = std::min(ring.written, ring.size);
    std::uint64_t start = (ring.written - size) % ring.size;
    Lines lines(take, summary);
    constexpr std::uint64_t page_size = 4096;
    Buffer piece;
    std::uint64_t missing = 0; // in a row
    for (std::uint64_t done = 0; done < size && missing < most_missing_pages;) {
        std::uint64_t index = (start + done) % ring.size, address = ring.address + index;
        piece.resize(std::min({size - done, ring.size - index, page_size - address % page_size}));
        if (memory.read(address, piece)) {
            TRY(lines.add(piece));
            missing = 0;
        } else {
            summary.missing++;
            missing++;
            TRY(lines.flush());
        }
        done += piece.size();
    }
    return lines.flush();
}

} // namespace kexec
