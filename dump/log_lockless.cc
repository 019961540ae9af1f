// SPDX-License-Identifier: GPL-2.0-or-later
// The lockless ring (kernel/printk/printk_ringbuffer.c, since 5.10): a ring of descriptors with their state
// and where their text lies, an array of infos beside it, and a ring of texts, each behind the id of its
// descriptor. ids and positions count on for ever; what lies in the rings are their lowest bits.
#include "dump/fault.h"
#include "dump/log_forms.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

// printk_ringbuffer.h: the highest two bits of state_var are the state, the others the id.
enum class State { reserved = 0, committed = 1, finalized = 2, reusable = 3 };

// The kernel makes one descriptor for every 32 bytes of text (PRB_AVGBITS).
constexpr unsigned most_descriptor_bits = most_log_bits - 5;

// Offsets and sizes, in bytes.
struct Offsets {
    std::uint64_t counter;                                    // in an atomic_long_t
    std::uint64_t count_bits, descriptors, infos, head, tail; // in the ring as a whole
    std::uint64_t size_bits, data;
    std::uint64_t descriptor_size, state, begin, next; // in a descriptor
    std::uint64_t info_size, sequence, time, length;   // in an info
    std::optional<std::uint64_t> caller;
};

struct Ring {
    Offsets at;
    unsigned descriptor_bits, data_bits;
    std::uint64_t descriptors, infos, data; // addresses
    std::uint64_t head, tail;               // ids
    std::uint64_t id_mask;

    std::uint64_t count() const { return std::uint64_t{1} << descriptor_bits; }
    std::uint64_t size() const { return std::uint64_t{1} << data_bits; }
    std::uint64_t index(std::uint64_t id) const { return id & (count() - 1); }
    std::uint64_t descriptor(std::uint64_t id) const { return descriptors + index(id) * at.descriptor_size; }
    std::uint64_t info(std::uint64_t id) const { return infos + index(id) * at.info_size; }
    // How many ids there are from the oldest to the newest, both included.
    std::uint64_t span() const { return ((head - tail) & id_mask) + 1; }
};

// What VMCOREINFO has to tell; the first thing that it does not is the error.
class Needed {
public:
    explicit Needed(const Vmcoreinfo &info) : info_(info) {}
    std::uint64_t offset(std::string_view member) { return take(info_.offset(member), "OFFSET", member); }
    std::uint64_t size(std::string_view structure) { return take(info_.size(structure), "SIZE", structure); }
    const std::string &lacking() const { return lacking_; }

private:
    std::uint64_t take(std::optional<std::uint64_t> value, std::string_view kind, std::string_view name) {
        constexpr std::uint64_t largest = 1 << 20; // of a structure
        if ((!value || *value > largest) && lacking_.empty())
            lacking_ = fmt::format("{}({})", kind, name);
        return value.value_or(0);
    }
    const Vmcoreinfo &info_;
    std::string lacking_;
};

Result<Offsets> offsets_in(const Vmcoreinfo &info) {
    Needed needed(info);
    std::uint64_t descriptors = needed.offset("printk_ringbuffer.desc_ring"),
                  data = needed.offset("printk_ringbuffer.text_data_ring"),
                  lpos = needed.offset("prb_desc.text_blk_lpos");
    Offsets at{.counter = info.offset("atomic_long_t.counter").value_or(0),
               .count_bits = descriptors + needed.offset("prb_desc_ring.count_bits"),
               .descriptors = descriptors + needed.offset("prb_desc_ring.descs"),
               .infos = descriptors + needed.offset("prb_desc_ring.infos"),
               .head = descriptors + needed.offset("prb_desc_ring.head_id"),
               .tail = descriptors + needed.offset("prb_desc_ring.tail_id"),
               .size_bits = data + needed.offset("prb_data_ring.size_bits"),
               .data = data + needed.offset("prb_data_ring.data"),
               .descriptor_size = needed.size("prb_desc"),
               .state = needed.offset("prb_desc.state_var"),
               .begin = lpos + needed.offset("prb_data_blk_lpos.begin"),
               .next = lpos + needed.offset("prb_data_blk_lpos.next"),
               .info_size = needed.size("printk_info"),
               .sequence = needed.offset("printk_info.seq"),
               .time = needed.offset("printk_info.ts_nsec"),
               .length = needed.offset("printk_info.text_len"),
               .caller = info.offset("printk_info.caller_id")};
    if (needed.lacking().empty())
        return at;
    return fail_dump(Fault::lockless_key,
                     fmt::format("the dump's VMCOREINFO has no usable {}, which the log is found with",
                                 needed.lacking()),
                     "open the dump with crash and the kernel's debug information");
}

Result<Ring> find_ring(Memory &memory) {
    const Vmcoreinfo &info = memory.core().info;
    Ring ring{};
    ring.at = TRY(offsets_in(info));
    std::uint64_t pointer = info.symbol("prb").value_or(0);
    memory.gather({{pointer, memory.foreign().word}});
    std::uint64_t ringbuffer = TRY_WITHIN("the log", memory.word(pointer));
    memory.gather({{ringbuffer, std::max(ring.at.tail, ring.at.data) + 16}});
    auto bits = [&](std::uint64_t offset) { return memory.number(ringbuffer + offset, 4); };
    auto id = [&](std::uint64_t offset) { return memory.word(ringbuffer + offset + ring.at.counter); };
    std::uint64_t descriptor_bits = TRY_WITHIN("the log", bits(ring.at.count_bits));
    std::uint64_t data_bits = TRY_WITHIN("the log", bits(ring.at.size_bits));
    if (descriptor_bits > most_descriptor_bits || data_bits > most_log_bits || data_bits < 4)
        return fail_dump(Fault::corrupt,
                         fmt::format("the log's ring is damaged: it says that it has 2^{} records and 2^{} "
                                     "bytes of text; at most 2^{} and 2^{} can be",
                                     descriptor_bits, data_bits, most_descriptor_bits, most_log_bits),
                         "open the dump with crash and the kernel's debug information");
    ring.descriptor_bits = static_cast<unsigned>(descriptor_bits);
    ring.data_bits = static_cast<unsigned>(data_bits);
    ring.descriptors = TRY_WITHIN("the log", memory.word(ringbuffer + ring.at.descriptors));
    ring.infos = TRY_WITHIN("the log", memory.word(ringbuffer + ring.at.infos));
    ring.data = TRY_WITHIN("the log", memory.word(ringbuffer + ring.at.data));
    // Arrays of longs, of u64 and of blocks that start with a long.
    unsigned word = memory.foreign().word;
    if (ring.descriptors % word != 0 || ring.infos % 4 != 0 || ring.data % word != 0)
        return fail_dump(
            Fault::corrupt,
            fmt::format("the log's ring is damaged: its arrays at {:#x}, {:#x} and {:#x} are not aligned",
                        ring.descriptors, ring.infos, ring.data),
            "open the dump with crash and the kernel's debug information");
    ring.id_mask = memory.foreign().word_mask() >> 2;
    ring.head = TRY_WITHIN("the log", id(ring.at.head)) & ring.id_mask;
    ring.tail = TRY_WITHIN("the log", id(ring.at.tail)) & ring.id_mask;
    return ring;
}

// What a descriptor says: its id, and what became of its record.
struct Status {
    std::uint64_t id;
    State state;
    bool holds_record() const { return state == State::committed || state == State::finalized; }
};

Result<Status> status_at(Memory &memory, const Ring &ring, std::uint64_t id) {
    std::uint64_t value = TRY(memory.word(ring.descriptor(id) + ring.at.state + ring.at.counter));
    return Status{value & ring.id_mask, static_cast<State>((value & memory.foreign().word_mask()) >>
                                                           (8 * memory.foreign().word - 2))};
}

bool is_record(Memory &memory, const Ring &ring, std::uint64_t id) {
    auto status = status_at(memory, ring, id);
    return status && status->id == id && status->holds_record();
}

// Descriptors from this one on whose memory comes and goes with its own; at least 1.
std::uint64_t on_same_page(const Ring &ring, std::uint64_t id) {
    constexpr std::uint64_t page_size = 4096;
    std::uint64_t rest = page_size - ring.descriptor(id) % page_size;
    std::uint64_t count = rest / std::max<std::uint64_t>(ring.at.descriptor_size, 1);
    return std::clamp<std::uint64_t>(count, 1, ring.count() - ring.index(id));
}

// From the ids that the descriptors themselves have: the newest, and as many before it as the ring has room
// for.
bool find_ids(Memory &memory, Ring &ring) {
    std::optional<std::uint64_t> newest;
    std::uint64_t missing = 0;
    for (std::uint64_t i = 0; i < ring.count() && missing < most_missing_pages;) {
        auto status = status_at(memory, ring, i);
        missing = status ? 0 : missing + 1;
        // ids wrap round: newer is what less than half of all lie between.
        if (status && status->holds_record() && ring.index(status->id) == i &&
            (!newest || ((status->id - *newest) & ring.id_mask) <= ring.id_mask / 2))
            newest = status->id;
        i += status ? 1 : on_same_page(ring, i);
    }
    if (!newest)
        return false;
    ring.head = *newest;
    ring.tail = (*newest - (ring.count() - 1)) & ring.id_mask;
    return true;
}

// printk_ringbuffer.c: tail_id always is the id of a descriptor that exists, and head_id is at most one round
// before it. Where that does not hold, one of them is damaged.
Result<void> check_ids(Memory &memory, Ring &ring, LogSummary &summary) {
    auto oldest = status_at(memory, ring, ring.tail);
    if (ring.span() <= ring.count() && oldest && oldest->id == ring.tail) {
        // Records beyond either end: then that end is damaged.
        std::uint64_t before = ring.span();
        while (ring.span() < ring.count() && is_record(memory, ring, (ring.head + 1) & ring.id_mask))
            ring.head = (ring.head + 1) & ring.id_mask;
        while (ring.span() < ring.count() && is_record(memory, ring, (ring.tail - 1) & ring.id_mask))
            ring.tail = (ring.tail - 1) & ring.id_mask;
        if (ring.span() == before)
            return {};
    } else if (!find_ids(memory, ring)) {
        if (!oldest)
            return within("the log", oldest.error());
        return fail_dump(Fault::corrupt, "the log's ring is damaged: none of its descriptors holds a record",
                         "open the dump with crash and the kernel's debug information");
    }
    std::string why =
        oldest ? "the log's ring does not tell rightly which of its records is the first or the last"
               : "the log: " + oldest.error().what;
    summary.notes.push_back(why + "; going on with all records that are there");
    return {};
}

struct Text {
    std::uint64_t address, size;
};

// Where the text of a record lies; nothing where the positions contradict each other. The same position
// twice, an odd one: the record has no text (printk_ringbuffer.h, FAILED_LPOS and EMPTY_LINE_LPOS).
//
// A block that does not fit behind its begin lies at the start of the ring, and only its id stands at begin.
// One that ends exactly where the ring ends fits since 67e1b0052f6b ("printk_ringbuffer: don't needlessly
// wrap data blocks around", 6.19); kernels before it wrapped such a block, so with them next never lies at
// the ring's very start and the two cannot be confused.
std::optional<Text> text_of(const Ring &ring, std::uint64_t begin, std::uint64_t next, unsigned word) {
    if (begin == next)
        return Text{0, 0};
    std::uint64_t mask = word == 8 ? UINT64_MAX : UINT32_MAX;
    std::uint64_t last = (next - 1) & mask;
    std::uint64_t rounds = ((last >> ring.data_bits) - (begin >> ring.data_bits)) & (mask >> ring.data_bits);
    std::uint64_t end = (last & (ring.size() - 1)) + 1;
    std::uint64_t start = rounds == 0 ? begin & (ring.size() - 1) : 0;
    if (rounds > 1 || start % word != 0 || end < start || end - start < word)
        return std::nullopt;
    return Text{ring.data + start, end - start};
}

class Reader {
public:
    Reader(Memory &memory, const Ring &ring, const TakeRecord &take, LogSummary &summary)
        : memory_(memory), ring_(ring), take_(take), summary_(summary) {}

    Result<void> read_all() {
        std::uint64_t span = std::min(ring_.span(), ring_.count()), missing_pages = 0;
        for (std::uint64_t i = 0; i < span;) {
            std::uint64_t id = (ring_.tail + i) & ring_.id_mask;
            auto status = status_at(memory_, ring_, id);
            missing_pages = status ? 0 : missing_pages + 1;
            std::uint64_t lost = status ? 0 : std::min(on_same_page(ring_, id), span - i);
            if (missing_pages == most_missing_pages)
                lost = span - i;
            i += status ? 1 : lost;
            summary_.missing += lost;
            if (status && status->id == id && status->holds_record())
                TRY(read_one(id));
        }
        return {};
    }

private:
    Result<void> read_one(std::uint64_t id) {
        Record record;
        auto found = fill(record, id);
        if (!found) {
            bool contradicts = found.error().number == static_cast<int>(Fault::corrupt);
            (contradicts ? summary_.damaged : summary_.missing)++;
            return {};
        }
        summary_.records++;
        return take_(record);
    }

    Result<void> fill(Record &record, std::uint64_t id) {
        const Foreign &foreign = memory_.foreign();
        info_.resize(ring_.at.info_size);
        TRY(memory_.read(ring_.info(id), info_));
        record.sequence = foreign.number(info_, ring_.at.sequence, 8);
        record.nanoseconds = foreign.number(info_, ring_.at.time, 8);
        // struct printk_info: text_len (2), facility (1), flags and level (1), caller_id (4).
        if (ring_.at.caller == ring_.at.length + 4)
            set_level(record, foreign.number(info_, ring_.at.length + 2, 1),
                      foreign.number(info_, ring_.at.length + 3, 1), foreign.order);
        if (ring_.at.caller)
            record.caller = static_cast<std::uint32_t>(foreign.number(info_, *ring_.at.caller, 4));
        return fill_text(record, id, foreign.number(info_, ring_.at.length, 2));
    }

    Result<void> fill_text(Record &record, std::uint64_t id, std::uint64_t length) {
        const Foreign &foreign = memory_.foreign();
        std::uint64_t descriptor = ring_.descriptor(id);
        std::uint64_t begin = TRY(memory_.word(descriptor + ring_.at.begin)),
                      next = TRY(memory_.word(descriptor + ring_.at.next));
        auto text = text_of(ring_, begin, next, foreign.word);
        if (!text)
            return corrupt();
        if (text->size == 0)
            return {};
        // A block is valid only if it leads back to its descriptor.
        if ((TRY(memory_.word(text->address)) & ring_.id_mask) != id)
            return corrupt();
        text_.resize(std::min(length, text->size - foreign.word));
        // No two texts share a byte, so all of them are no longer than the ring.
        taken_ += text->size;
        if (taken_ > 2 * ring_.size())
            return corrupt();
        TRY(memory_.read(text->address + foreign.word, text_));
        record.text = text_;
        return {};
    }

    static Failure corrupt() { return fail_dump(Fault::corrupt, "a record of the log contradicts itself"); }

    Memory &memory_;
    const Ring &ring_;
    const TakeRecord &take_;
    LogSummary &summary_;
    Buffer info_, text_;
    std::uint64_t taken_ = 0;
};

} // namespace

Result<void> read_lockless_log(Memory &memory, const TakeRecord &take, LogSummary &summary) {
    Ring ring = TRY(find_ring(memory));
    memory.gather({{ring.descriptors, ring.count() * ring.at.descriptor_size},
                   {ring.infos, ring.count() * ring.at.info_size},
                   {ring.data, ring.size()}});
    TRY(check_ids(memory, ring, summary));
    return Reader(memory, ring, take, summary).read_all();
}

} // namespace kexec
