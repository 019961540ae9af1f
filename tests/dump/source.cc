// SPDX-License-Identifier: GPL-2.0-or-later
// Sources: the file one against the bytes it has, and the recognition of formats.
#include "dump/source.h"

#include "dump/fault.h"
#include "dump/file_source.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"
#include "tests/support/temporary.h"

#include <random>

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("a file is read at any offset, to its end and not beyond", "[source]") {
    std::mt19937 random(1);
    Buffer bytes(50000);
    for (std::byte &byte : bytes)
        byte = static_cast<std::byte>(random());
    TemporaryDirectory directory;
    std::string path = directory.add("dump", bytes);
    FileSource source(*open_to_read(path), path);
    MemorySource plain(bytes);
    for (int i = 0; i < 2000; i++) {
        std::uint64_t offset = random() % 60000;
        Buffer one(random() % 9000), other(one.size());
        REQUIRE(*source.read(offset, one) == *plain.read(offset, other));
        REQUIRE(one == other);
    }
    Buffer few(10);
    CHECK(*source.read(UINT64_MAX - 3, few) == 0);
    auto cut = read_all(source, 49995, few, "the end");
    REQUIRE_FALSE(cut);
    CHECK(cut.error().what ==
          "the dump ends inside the end: 10 bytes at offset 0xc34b are needed, 5 are there");
}

TEST_CASE("formats are told apart by their first bytes", "[source]") {
    BuiltLog log = build_lockless_log({}, some_lines(3));
    CHECK(recognise_dump(elf_dump(log)) == DumpFormat::elf);
    CHECK(recognise_dump(compressed_dump(log, {}, "x86_64", "")) == DumpFormat::compressed);
    CHECK(recognise_dump(flattened(elf_dump(log), 4096)) == DumpFormat::flattened);
    CHECK(recognise_dump(as_bytes("makedumpfile")) == DumpFormat::unknown);
    CHECK(recognise_dump({}) == DumpFormat::unknown);
    auto read = read_dump(Buffer(100));
    REQUIRE_FALSE(read);
    CHECK(read.error().number == static_cast<int>(Fault::format));
}
