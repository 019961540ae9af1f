// SPDX-License-Identifier: GPL-2.0-or-later
// The lockless ring: every shape of block, each field damaged, descriptors in each state.
#include "dump/fault.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"

#include <algorithm>
#include <random>

using namespace kexec;
using namespace kexec::testing;

namespace {

ReadLog read_of(const BuiltLog &log) {
    auto read = read_dump(elf_dump(log));
    REQUIRE(read);
    return *read;
}

bool is_part(const std::vector<Line> &part, const std::vector<Line> &whole) {
    return std::ranges::all_of(part, [&](const Line &line) {
        return std::find(whole.begin(), whole.end(), line) != whole.end();
    });
}

} // namespace

TEST_CASE("rings filled to every degree are read as their writer left them", "[lockless]") {
    bool fills_end = GENERATE(true, false);
    unsigned data_bits = GENERATE(8U, 11U);
    for (std::size_t count : {0U, 1U, 2U, 31U, 32U, 33U, 70U, 200U}) {
        BuiltLog log = build_lockless_log({.foreign = {}, .data_bits = data_bits, .fills_end = fills_end},
                                          some_lines(count));
        ReadLog read = read_of(log);
        CAPTURE(count, data_bits, fills_end);
        REQUIRE(read.lines == log.lines);
        CHECK(read.summary.damaged + read.summary.missing == 0);
        CHECK(read.summary.notes.empty());
    }
}

TEST_CASE("a text that ends exactly where the ring ends is no wrapped one", "[lockless]") {
    // Blocks of 32 bytes in a ring of 256: the eighth ends at the end, where older kernels wrapped it.
    std::vector<Line> lines;
    for (int i = 0; i < 20; i++)
        lines.push_back({std::string(24, static_cast<char>('a' + i)), 1000U * static_cast<unsigned>(i)});
    for (bool fills_end : {true, false}) {
        BuiltLog log = build_lockless_log({.foreign = {}, .data_bits = 8, .fills_end = fills_end}, lines);
        CHECK(log.lines.size() == (fills_end ? 8 : 7));
        CHECK(read_of(log).lines == log.lines);
    }
}

TEST_CASE("records without text, and positions that pass the highest number, are read", "[lockless]") {
    // The kernel lets both counts pass their highest value early (BLK0_LPOS, DESC0_ID).
    Foreign foreign = GENERATE(Foreign{std::endian::little, 4}, Foreign{std::endian::big, 8});
    std::vector<Line> lines = some_lines(150);
    for (std::size_t i = 0; i < lines.size(); i += 5)
        lines[i].text.clear();
    std::uint64_t base = foreign.word == 8 ? 0xc000000001000000 : 0xc1000000;
    BuiltLog log = build_lockless_log({.foreign = foreign, .base = base}, lines);
    auto read = read_dump(elf_dump(log, 0));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
}

TEST_CASE("a record that its writer had not finished is passed over without a word", "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(20));
    LocklessSizes sizes = lockless_sizes(log.shape);
    unsigned state = GENERATE(0U, 3U);
    std::uint64_t place = log.places["descs"] + 7 * sizes.descriptor;
    log.put(place, 8, (log.get(place, 8) & UINT64_MAX >> 2) | std::uint64_t{state} << 62);
    ReadLog read = read_of(log);
    CHECK(read.lines.size() == log.lines.size() - 1);
    CHECK(read.summary.damaged + read.summary.missing == 0);
    CHECK(read.summary.notes.empty());
}

TEST_CASE("heads and tails that lead nowhere are found anew", "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(100));
    LocklessSizes sizes = lockless_sizes(log.shape);
    std::uint64_t place = log.places["ring"] + (GENERATE(true, false) ? sizes.head : sizes.tail);
    std::uint64_t right = log.get(place, 8);
    for (std::uint64_t wrong :
         {std::uint64_t{0}, UINT64_MAX, right + 1, right - 1, right + 9, right - 9, right + 1000000}) {
        BuiltLog damaged = log;
        damaged.put(place, 8, wrong);
        ReadLog read = read_of(damaged);
        CAPTURE(wrong - right);
        CHECK(read.lines == log.lines);
    }
}

TEST_CASE("positions and ids that contradict each other cost their record alone", "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(100));
    LocklessSizes sizes = lockless_sizes(log.shape);
    std::uint64_t descriptor = log.places["descs"] + 5 * sizes.descriptor;
    for (std::uint64_t offset : {sizes.begin, sizes.next})
        for (std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{1} << 40,
                                    log.get(descriptor + offset, 8) + 8}) {
            BuiltLog damaged = log;
            damaged.put(descriptor + offset, 8, wrong);
            ReadLog read = read_of(damaged);
            CAPTURE(offset, wrong);
            CHECK(read.lines.size() >= log.lines.size() - 1);
            CHECK(read.lines.size() + read.summary.damaged == log.lines.size());
        }
}

TEST_CASE("a text length beyond the block is cut to it", "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(20));
    log.put(log.places["infos"] + 5 * lockless_sizes(log.shape).info + 16, 2, 0xffff);
    ReadLog read = read_of(log);
    REQUIRE(read.lines.size() == 20);
    CHECK(read.lines[5].text.starts_with(log.lines[5].text));
    CHECK(read.lines[5].text.size() < log.lines[5].text.size() + 8);
}

TEST_CASE("a ring of impossible size is an error", "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(20));
    std::uint64_t ring = log.places["ring"] + log.shape.ring_offset;
    log.put(ring + GENERATE(0U, 48U), 4, 60); // count_bits, size_bits
    auto read = read_dump(elf_dump(log));
    REQUIRE_FALSE(read);
    CHECK(read.error().number == static_cast<int>(Fault::corrupt));
}

TEST_CASE("a key that VMCOREINFO lacks is named", "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(20));
    const std::string key = "OFFSET(prb_desc_ring.infos)";
    log.info.replace(log.info.find(key), key.size(), "OFFSET(nothing)");
    auto read = read_dump(elf_dump(log));
    REQUIRE_FALSE(read);
    CHECK(read.error().number == static_cast<int>(Fault::lockless_key));
    CHECK(read.error().what.find(key) != npos);
}

TEST_CASE("each word of the ring's structure damaged: never a line that was not logged", "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(100));
    for (std::uint64_t offset = 0; offset < 80; offset += 8)
        for (std::uint64_t wrong :
             {std::uint64_t{0}, UINT64_MAX, log.get(log.places["ring"] + offset, 8) + 1,
              log.get(log.places["ring"] + offset, 8) + 8, log.get(log.places["ring"] + offset, 8) - 4096}) {
            BuiltLog damaged = log;
            damaged.put(log.places["ring"] + offset, 8, wrong);
            auto read = read_dump(elf_dump(damaged));
            CAPTURE(offset, wrong);
            // Infos may be taken from the wrong place, where the pointer to them alone is wrong.
            bool infos_are_wrong = offset == log.shape.ring_offset + 16;
            if (read && !infos_are_wrong)
                CHECK(is_part(read->lines, log.lines));
        }
}

TEST_CASE("pages dropped at random cost the records on them", "[lockless]") {
    LogShape shape{.foreign = {}, .descriptor_bits = 10, .data_bits = 15};
    BuiltLog log = build_lockless_log(shape, some_lines(900));
    std::mt19937 random(11);
    std::uint64_t pages = log.memory.size() / 4096;
    for (int round = 0; round < 40; round++) {
        ElfPlan plan = elf_plan(log, 62);
        ElfSegment memory = plan.segments.back();
        plan.segments.pop_back();
        std::size_t dropped = 0;
        for (std::uint64_t page = 0; page < pages; page++) {
            if (page > 1 && random() % 8 == 0) { // not prb and the ring itself
                dropped++;
                continue;
            }
            ElfSegment each = memory;
            each.offset += page * 4096;
            each.virtual_address += page * 4096;
            each.physical_address = 0x70000000 + page * 8192; // no neighbour leads to it
            each.file_size = each.memory_size = 4096;
            plan.segments.push_back(each);
        }
        auto read = read_dump(build_elf(plan));
        CAPTURE(round, dropped);
        REQUIRE(read);
        CHECK(is_part(read->lines, log.lines));
        CHECK(read->lines.size() + read->summary.missing >= log.lines.size());
        CHECK(read->lines.size() <= log.lines.size());
    }
}

TEST_CASE("bytes changed at random never make reading endless", "[lockless]") {
    BuiltLog log = build_lockless_log({.foreign = {}, .descriptor_bits = 6}, some_lines(100));
    Buffer good = elf_dump(log);
    std::mt19937 random(5);
    for (unsigned round = 0; round < 300; round++) {
        Buffer dump = good;
        for (unsigned i = 0; i < 1 + round % 30; i++)
            dump[random() % dump.size()] = static_cast<std::byte>(random());
        auto read = read_dump(dump);
        if (read)
            CHECK(read->lines.size() <= 64);
    }
}

namespace {

// One that fails once, in its Nth read.
class FailingSource : public MemorySource {
public:
    FailingSource(Buffer bytes, int read) : MemorySource(std::move(bytes)), left_(read) {}
    Result<std::size_t> read(std::uint64_t offset, MutableBytes target) override {
        if (--left_ == 0)
            return fail(Cause::other, "the disk is in trouble");
        return MemorySource::read(offset, target);
    }
    bool has_failed() const { return left_ <= 0; }

private:
    int left_;
};

} // namespace

TEST_CASE("a read that fails costs its record or is an error, and what is told names nothing else",
          "[lockless]") {
    BuiltLog log = build_lockless_log({}, some_lines(20));
    Buffer dump = elf_dump(log);
    unsigned told = 0;
    for (int number = 1;; number++) {
        FailingSource source(dump, number);
        auto read = read_dump(source);
        if (!source.has_failed())
            break;
        CAPTURE(number);
        if (!read)
            continue;
        CHECK(is_part(read->lines, log.lines));
        CHECK(read->lines.size() + read->summary.damaged + read->summary.missing == log.lines.size());
        for (const std::string &note : read->summary.notes) {
            CAPTURE(note);
            CHECK(note.find("rightly") == std::string::npos);
            CHECK(note.find("wrong") == std::string::npos);
            told += note.find("the disk is in trouble") != std::string::npos;
        }
    }
    CHECK(told > 0);
}
