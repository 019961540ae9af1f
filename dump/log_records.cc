// SPDX-License-Identifier: GPL-2.0-or-later
// The ring of records (kernel/printk/printk.c, 3.5 to 5.9): records of different lengths one behind the
// other, each a struct printk_log with its text and dictionary. A record never wraps: one with length 0 says
// that the next stands at the start of the ring.
#include "dump/fault.h"
#include "dump/log_forms.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

// LOG_ALIGN is the alignment of the structure: 8, or 4 where the machine copes.
constexpr std::uint64_t step = 4;

struct Ring {
    std::uint64_t address, size;             // of the buffer
    std::uint64_t first, next;               // indices, in bytes: the oldest record, and behind the newest
    std::uint64_t header_size;               // of struct printk_log
    std::uint64_t time, length, text_length; // offsets in it
    std::optional<std::uint64_t> caller;
};

struct Header {
    std::uint64_t nanoseconds, length, text_length;
};

Failure lacks(unsigned index, std::string_view key) {
    return fail_dump(static_cast<Fault>(static_cast<unsigned>(Fault::record_ring_key) + index),
                     fmt::format("the dump's VMCOREINFO has no {}, which the log is found with", key),
                     "open the dump with crash and the kernel's debug information");
}

// The structure was called log until 3.10 (62e32ac3505a).
std::optional<std::uint64_t> offset_in(const Vmcoreinfo &info, const std::string &member) {
    auto offset = info.offset("printk_log." + member);
    return offset ? offset : info.offset("log." + member);
}

// What lies where in a record, or which key is missing. The numbers are those of kexec-tools' exit status.
Result<void> find_layout(Ring &ring, const Vmcoreinfo &info) {
    auto size = info.size("printk_log");
    if (!size)
        size = info.size("log");
    if (!size || *size == 0 || *size > 4096)
        return lacks(4, "SIZE(printk_log)");
    ring.header_size = *size;
    auto time = offset_in(info, "ts_nsec"), length = offset_in(info, "len"),
         text_length = offset_in(info, "text_len");
    if (!time)
        return lacks(5, "OFFSET(printk_log.ts_nsec)");
    if (!length)
        return lacks(6, "OFFSET(printk_log.len)");
    if (!text_length)
        return lacks(7, "OFFSET(printk_log.text_len)");
    ring.time = *time;
    ring.length = *length;
    ring.text_length = *text_length;
    ring.caller = offset_in(info, "caller_id");
    return {};
}

Result<Ring> find_ring(Memory &memory) {
    const Vmcoreinfo &info = memory.core().info;
    constexpr std::string_view names[] = {"log_buf", "log_buf_len", "log_first_idx", "log_next_idx"};
    std::vector<Memory::Part> parts;
    for (std::string_view name : names)
        if (auto symbol = info.symbol(name))
            parts.push_back({*symbol, memory.foreign().word});
    memory.gather(parts);
    std::uint64_t values[4];
    for (unsigned i = 0; i < 4; i++) {
        auto symbol = info.symbol(names[i]);
        if (!symbol)
            return lacks(i, fmt::format("SYMBOL({})", names[i]));
        // The first is a pointer, the others are u32.
        values[i] = TRY_WITHIN(names[i], memory.number(*symbol, i == 0 ? memory.foreign().word : 4));
    }
    Ring ring{};
    ring.address = values[0];
    ring.size = values[1];
    ring.first = values[2];
    ring.next = values[3];
    TRY(find_layout(ring, info));
    if (ring.size < ring.header_size || ring.size > std::uint64_t{1} << most_log_bits)
        return fail_dump(Fault::corrupt, fmt::format("log_buf_len is {}, which no log has", ring.size),
                         "open the dump with crash and the kernel's debug information");
    return ring;
}

class Reader {
public:
    Reader(Memory &memory, const Ring &ring, const TakeRecord &take, LogSummary &summary)
        : memory_(memory), ring_(ring), take_(take), summary_(summary) {}

    // The stretches of the ring that hold records, oldest first.
    Result<void> read_all() {
        if (ring_.first < ring_.next)
            return read_stretch(ring_.first, ring_.next);
        TRY(read_stretch(ring_.first, ring_.size));
        return read_stretch(0, ring_.next);
    }

private:
    Result<Header> header_at(std::uint64_t index) {
        if (ring_.size - index < ring_.header_size)
            return fail_dump(Fault::corrupt, "a record of the log reaches behind the end of the ring");
        header_.resize(ring_.header_size);
        TRY(memory_.read(ring_.address + index, header_));
        const Foreign &foreign = memory_.foreign();
        return Header{foreign.number(header_, ring_.time, 8), foreign.number(header_, ring_.length, 2),
                      foreign.number(header_, ring_.text_length, 2)};
    }

    bool fits(const Header &header, std::uint64_t index, std::uint64_t end) const {
        return header.length >= ring_.header_size && header.length % step == 0 &&
               header.length <= end - index && header.text_length <= header.length - ring_.header_size;
    }

    // A record that what follows bears out: the next one fits as well and is not older, or there is none.
    // Time goes back a little between CPUs.
    bool is_borne_out(std::uint64_t index, std::uint64_t end) {
        constexpr std::uint64_t a_second = 1000000000;
        auto header = header_at(index);
        if (!header || !fits(*header, index, end) || header->nanoseconds + a_second < newest_)
            return false;
        std::uint64_t behind = index + header->length;
        if (behind == end)
            return true;
        std::uint64_t time = header->nanoseconds;
        auto next = header_at(behind);
        return next &&
               (next->length == 0 || (fits(*next, behind, end) && next->nanoseconds + a_second >= time));
    }

    // Looks forward for a place from where records make sense again.
    std::uint64_t resynchronised(std::uint64_t index, std::uint64_t end) {
        constexpr std::uint64_t page_size = 4096;
        for (std::uint64_t missing = 0; index < end && missing < most_missing_pages;) {
            std::byte probe{};
            std::uint64_t address = ring_.address + index;
            if (!memory_.read(address, MutableBytes(&probe, 1))) {
                index += page_size - address % page_size; // nothing of that page can be read
                missing++;
                continue;
            }
            missing = 0;
            if (is_borne_out(index, end))
                return index;
            index += step;
        }
        return end;
    }

    Result<void> read_stretch(std::uint64_t index, std::uint64_t end) {
        while (index < end) {
            auto header = header_at(index);
            // Length 0 sends the reader to the start of the ring.
            bool wraps = header && header->length == 0 && end == ring_.size;
            bool too_short = end == ring_.size && end - index < ring_.header_size;
            if (wraps || too_short)
                return {};
            if (!header || !fits(*header, index, end)) {
                (header ? summary_.damaged : summary_.missing)++;
                index = resynchronised(index + step, end);
                continue;
            }
            TRY(read_one(*header, index));
            index += header->length;
        }
        return {};
    }

    Result<void> read_one(const Header &header, std::uint64_t index) {
        const Foreign &foreign = memory_.foreign();
        Record record;
        record.nanoseconds = header.nanoseconds;
        newest_ = std::max(newest_, header.nanoseconds);
        // struct printk_log: len, text_len and dict_len (2 each), facility (1), flags and level (1).
        if (ring_.text_length + 6 <= ring_.header_size)
            set_level(record, foreign.number(header_, ring_.text_length + 4, 1),
                      foreign.number(header_, ring_.text_length + 5, 1), foreign.order);
        if (ring_.caller)
            record.caller = static_cast<std::uint32_t>(foreign.number(header_, *ring_.caller, 4));
        text_.resize(header.text_length);
        if (!memory_.read(ring_.address + index + ring_.header_size, text_)) {
            summary_.missing++;
            return {};
        }
        record.text = text_;
        summary_.records++;
        return take_(record);
    }

    Memory &memory_;
    const Ring &ring_;
    const TakeRecord &take_;
    LogSummary &summary_;
    Buffer header_, text_;
    std::uint64_t newest_ = 0; // time of the newest record so far
};

// Which of the two indices lies outside the ring: reading can start or end at the other one.
void check_indices(Ring &ring, LogSummary &summary) {
    bool first_is_bad = ring.first >= ring.size, next_is_bad = ring.next > ring.size;
    if (!first_is_bad && !next_is_bad)
        return;
    summary.notes.push_back(fmt::format("log_first_idx is {} and log_next_idx is {}, in a log of {} bytes; "
                                        "going on with all records that make sense",
                                        ring.first, ring.next, ring.size));
    if (next_is_bad)
        ring.next = first_is_bad ? 0 : ring.first;
    if (first_is_bad)
        ring.first = ring.next % ring.size;
}

} // namespace

Result<void> read_record_log(Memory &memory, const TakeRecord &take, LogSummary &summary) {
    Ring ring = TRY(find_ring(memory));
    memory.gather({{ring.address, ring.size}});
    if (ring.first == ring.next && ring.first < ring.size)
        return {}; // as the kernel has it before the first message
    check_indices(ring, summary);
    return Reader(memory, ring, take, summary).read_all();
}

} // namespace kexec
