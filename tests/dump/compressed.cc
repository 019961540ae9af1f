// SPDX-License-Identifier: GPL-2.0-or-later
// Dumps in makedumpfile's compressed format: each compression, byte order and word size; pages lost.
#include "dump/compressed.h"

#include "dump/fault.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

// The image starts at __START_KERNEL_map + 16 MiB, which lies at physical_base.
const std::string at_its_place = "NUMBER(phys_base)=0\n";

} // namespace

TEST_CASE("the log is read out of pages packed in every way", "[compressed]") {
    BuiltLog log = build_lockless_log({}, some_lines(90));
    auto compression = GENERATE(std::optional<PageCompression>(), PageCompression::zlib, PageCompression::lzo,
                                PageCompression::snappy, PageCompression::zstd);
    auto read = read_dump(compressed_dump(log, compression, "x86_64", at_its_place));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
    CHECK(read->notes.empty());
}

TEST_CASE("a compressed dump of a big-endian machine is read", "[compressed]") {
    LogShape shape{.foreign = {std::endian::big, 8}, .base = physical_base};
    BuiltLog log = build_lockless_log(shape, some_lines(90));
    auto read = read_dump(compressed_dump(log, PageCompression::zlib, "s390x", ""));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
}

TEST_CASE("a compressed dump of a 32-bit machine is read", "[compressed]") {
    LogShape shape{.foreign = {std::endian::little, 4}, .base = 0xc0000000 + physical_base};
    BuiltLog log = build_lockless_log(shape, some_lines(90));
    auto read = read_dump(compressed_dump(log, PageCompression::lzo, "armv7l",
                                          "NUMBER(PAGE_OFFSET)=0xc0000000\nNUMBER(PHYS_OFFSET)=0x0\n"));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
}

TEST_CASE("a page that cannot be unpacked costs its records and no others", "[compressed]") {
    LogShape shape{.foreign = {}, .descriptor_bits = 9, .data_bits = 14};
    BuiltLog log = build_lockless_log(shape, some_lines(300));
    Buffer dump = compressed_dump(log, PageCompression::zlib, "x86_64", at_its_place);
    Foreign little;
    // The second of the four pages of text: its descriptor says that it is zlib, and points at nonsense.
    std::uint64_t page = (log.places["data"] - log.shape.base) / 4096 + 1;
    std::uint64_t descriptors = 4096 * (2 + little.number(dump, 428 + 8, 4));
    std::uint64_t place = descriptors + 24 * page;
    std::uint64_t offset = little.number(dump, place, 8);
    for (std::size_t i = 0; i < 16; i++)
        dump[offset + i] = std::byte{0xee};
    auto read = read_dump(dump);
    REQUIRE(read);
    CHECK(read->summary.missing > 10);
    CHECK(read->lines.size() + read->summary.missing == log.lines.size());
    CHECK(read->lines.back() == log.lines.back());
}

TEST_CASE("a compressed dump whose header makes no sense is refused", "[compressed]") {
    BuiltLog log = build_lockless_log({}, some_lines(10));
    Buffer dump = compressed_dump(log, PageCompression::zlib, "x86_64", at_its_place);
    dump[428] = std::byte{1};
    auto read = read_dump(dump);
    REQUIRE_FALSE(read);
    CHECK(read.error().number == static_cast<int>(Fault::header_size));
}

TEST_CASE("a compressed dump cut short anywhere is survived", "[compressed]") {
    BuiltLog log = build_lockless_log({}, some_lines(60));
    Buffer dump = compressed_dump(log, PageCompression::zlib, "x86_64", at_its_place);
    for (std::size_t size = 0; size < dump.size(); size += 701) {
        auto read = read_dump(Buffer(dump.begin(), dump.begin() + std::ptrdiff_t(size)));
        if (read)
            CHECK(read->lines.size() < log.lines.size());
    }
}

TEST_CASE("of a dump in several parts each holds its own pages", "[compressed]") {
    BuiltLog log = build_lockless_log({}, some_lines(60));
    Buffer dump = compressed_dump(log, PageCompression::zlib, "x86_64", at_its_place);
    std::uint64_t first = physical_base / 4096, end = first + log.memory.size() / 4096;
    auto part = [&](std::uint64_t from, std::uint64_t to) {
        Buffer some = dump;
        le32 split = 1;
        le64 start = from, behind = to;
        write_at(MutableBytes(some), 4096 + 12, split);
        write_at(MutableBytes(some), 4096 + 80, start);
        write_at(MutableBytes(some), 4096 + 88, behind);
        return read_dump(some);
    };
    CHECK(part(first, end)->lines == log.lines);
    CHECK(part(first - 7, end)->lines == log.lines);
    auto none = part(end, end);
    REQUIRE_FALSE(none);
    CHECK(none.error().number == static_cast<int>(Fault::unmapped));
}
