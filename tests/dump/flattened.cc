// SPDX-License-Identifier: GPL-2.0-or-later
// Flattened files: put together as makedumpfile -R would, cut short, and lying about sizes.
#include "dump/flattened.h"

#include "tests/catch.h"
#include "tests/dump/build_dump.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("a flattened file gives the file it was made of", "[flattened]") {
    Buffer whole;
    for (unsigned i = 0; i < 100000; i++)
        whole.push_back(static_cast<std::byte>(i * 7 >> 3));
    std::size_t record = GENERATE(as<std::size_t>(), 1000, 4096, 65536);
    MemorySource below(flattened(whole, record));
    std::vector<std::string> notes;
    auto source = FlattenedSource::open(below, notes);
    REQUIRE(source);
    CHECK(notes.empty());
    Buffer read(whole.size() + 10);
    CHECK(*source->read(0, read) == whole.size());
    read.resize(whole.size());
    CHECK(read == whole);
    CHECK(*source->read(whole.size(), read) == 0);
}

TEST_CASE("a flattened file that is cut short gives what it has, and says so", "[flattened]") {
    Buffer file = flattened(Buffer(10000, std::byte{1}), 1000);
    file.resize(file.size() - 5000);
    MemorySource below(file);
    std::vector<std::string> notes;
    auto source = FlattenedSource::open(below, notes);
    REQUIRE(source);
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].ends_with("going on without the rest"));
    Buffer read(1000);
    CHECK(*source->read(5000, read) == 1000);
}

TEST_CASE("a record of an impossible size ends a flattened file", "[flattened]") {
    Buffer file = flattened(Buffer(10000, std::byte{1}), 1000);
    for (std::size_t i = 0; i < 8; i++)
        file[4096 + 16 + 1000 + 8 + i] = std::byte{0x7f}; // the size of the second record
    MemorySource below(file);
    std::vector<std::string> notes;
    REQUIRE(FlattenedSource::open(below, notes));
    CHECK(notes.size() == 1);
}

TEST_CASE("a flattened dump of either format is read", "[flattened]") {
    BuiltLog log = build_lockless_log({}, some_lines(60));
    Buffer dump = GENERATE_COPY(elf_dump(log), compressed_dump(log, PageCompression::zlib, "x86_64",
                                                               "NUMBER(phys_base)=0\n"));
    auto read = read_dump(flattened(dump, 3000));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
}
