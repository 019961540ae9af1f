// SPDX-License-Identifier: GPL-2.0-or-later
// A pipe: what can still be read, what was kept, and how little of it all stays in memory.
#include "dump/stream.h"

#include "dump/fault.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t window = 256 << 10;

std::byte byte_at(std::uint64_t offset) { return static_cast<std::byte>(offset * 2654435761U >> 13); }

// Gives `size` bytes, in whatever portions are asked for.
StreamSource stream_of(std::uint64_t size, std::uint64_t &passed, std::uint64_t ceiling = 1 << 20) {
    return StreamSource(
        [size, &passed](MutableBytes buffer) -> Result<std::size_t> {
            std::size_t got = std::min<std::uint64_t>(buffer.size(), size - passed);
            for (std::size_t i = 0; i < got; i++)
                buffer[i] = byte_at(passed + i);
            passed += got;
            return got;
        },
        window, ceiling);
}

bool reads(StreamSource &stream, std::uint64_t offset, std::size_t size) {
    Buffer bytes(size);
    auto got = stream.read(offset, bytes);
    for (std::size_t i = 0; got && i < *got; i++)
        if (bytes[i] != byte_at(offset + i))
            return false;
    return got && *got == size;
}

// All of `dump`, as it comes.
StreamSource piped(const Buffer &dump, std::size_t &at, std::uint64_t window_size = window) {
    return StreamSource(
        [&dump, &at](MutableBytes buffer) -> Result<std::size_t> {
            std::size_t got = std::min(buffer.size(), dump.size() - at);
            std::ranges::copy(Bytes(dump).subspan(at, got), buffer.begin());
            at += got;
            return got;
        },
        window_size);
}

} // namespace

TEST_CASE("a pipe can be read forward, and back as far as the window", "[stream]") {
    std::uint64_t passed = 0;
    StreamSource stream = stream_of(10 << 20, passed);
    CHECK(reads(stream, 0, 16));
    CHECK(reads(stream, 5 << 20, 5000));
    CHECK(reads(stream, (5 << 20) - 100000, 4096));
    CHECK_FALSE(stream.holds(1 << 20));
    Buffer few(16);
    auto lost = stream.read(1 << 20, few);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().what == "the pipe has passed offset 0x100000, and a pipe does not go back");
    CHECK(passed < (6 << 20));
}

TEST_CASE("what was gathered can be read in any order, whatever has passed", "[stream]") {
    std::uint64_t passed = 0;
    StreamSource stream = stream_of(10 << 20, passed);
    stream.gather({{7 << 20, 100000}, {1 << 20, 70000}, {3 << 20, 10}});
    CHECK(reads(stream, 9 << 20, 10));
    CHECK(reads(stream, (1 << 20) + 60000, 10000));
    CHECK(reads(stream, 7 << 20, 100000));
    CHECK(reads(stream, 3 << 20, 10));
    CHECK(stream.holds(1 << 20));
    CHECK_FALSE(stream.holds((1 << 20) + 70000));
}

TEST_CASE("gathering ends at its ceiling and at the end of the stream", "[stream]") {
    std::uint64_t passed = 0;
    StreamSource stream = stream_of(4 << 20, passed, 128 << 10);
    stream.gather({{0, 1 << 20}});
    CHECK(passed <= 192 << 10);
    std::uint64_t also_passed = 0;
    StreamSource ends = stream_of(1 << 20, also_passed);
    ends.gather({{(1 << 20) - 10, 1 << 20}, {UINT64_MAX - 5, 100}});
    CHECK(reads(ends, (1 << 20) - 10, 10));
    Buffer more(20);
    CHECK(*ends.read((1 << 20) - 10, more) == 10);
    CHECK(*ends.read(1 << 21, more) == 0);
}

TEST_CASE("a dump comes through a pipe", "[stream]") {
    BuiltLog log = build_lockless_log({}, some_lines(90));
    Buffer dump = elf_dump(log);
    std::size_t at = 0;
    StreamSource stream = piped(dump, at);
    auto read = read_dump(stream);
    REQUIRE(read);
    CHECK(read->lines == log.lines);
}

TEST_CASE("of two copies of the memory a pipe takes the one that is still to come", "[stream]") {
    // The kernel's image under its own header, then other memory, then the same image as memory: as most
    // x86_64 dumps have it. Whoever reads the image late finds only its second copy.
    Buffer image(8192, std::byte{0x11});
    ElfPlan plan;
    plan.type = 4; // ET_CORE
    add_segment(plan, 4, build_note("VMCOREINFO", 0, as_bytes("OSRELEASE=6.1\n"), plan.order), 0);
    add_segment(plan, 1, image, 0xffffffff81000000).physical_address = 0x1000000;
    add_segment(plan, 1, Buffer(1 << 20), 0).physical_address = 0x40000000;
    add_segment(plan, 1, image, 0).physical_address = 0x1000000;
    Buffer dump = build_elf(plan);
    std::size_t at = 0;
    StreamSource stream = piped(dump, at, 128 << 10);
    auto opened = open_dump(stream);
    REQUIRE(opened);
    Core &core = *opened->core;
    Buffer bytes(16);
    REQUIRE(core.read({true, 0x40080000}, bytes)); // in the middle: the first copy has passed
    CHECK(core.holds({false, 0xffffffff81000000}));
    REQUIRE(core.read({false, 0xffffffff81000000}, bytes));
    CHECK(bytes == Buffer(16, std::byte{0x11}));
    CHECK(at > (1 << 20));
}

TEST_CASE("a log far from what leads to it is read twice from a pipe", "[stream]") {
    BuiltLog log =
        GENERATE(true, false) ? build_lockless_log({}, some_lines(90)) : build_record_log({}, some_lines(90));
    // The pages that VMCOREINFO leads to, then a MiB of other memory, then the arrays.
    ElfPlan plan = elf_plan(log, 62);
    ElfSegment rest = plan.segments.back();
    std::uint64_t first = (log.places.contains("prb") ? 2 : 4) * std::uint64_t{4096};
    plan.segments.back().file_size = first;
    ElfSegment other = rest;
    other.virtual_address = 0xffff888000000000;
    other.physical_address = 0x70000000;
    other.file_size = 1 << 20;
    Buffer arrays(log.memory.begin() + std::ptrdiff_t(first), log.memory.end());
    plan.contents.resize(rest.offset + first);
    other.offset = plan.contents.size();
    plan.contents.resize(plan.contents.size() + (1 << 20));
    plan.segments.push_back(other);
    rest.offset = plan.contents.size();
    rest.virtual_address += first;
    rest.physical_address += first;
    rest.file_size -= first;
    append(plan.contents, arrays);
    plan.segments.push_back(rest);
    Buffer dump = build_elf(plan);
    std::size_t at = 0;
    StreamSource stream = piped(dump, at, 128 << 10);
    auto opened = open_dump(stream);
    REQUIRE(opened);
    for (int round = 0; round < 2; round++) {
        std::size_t records = 0;
        auto summary = read_log(*opened->core, [&](const Record &) -> Result<void> {
            records++;
            return {};
        });
        REQUIRE(summary);
        CHECK(records == log.lines.size());
    }
}
