// SPDX-License-Identifier: GPL-2.0-or-later
// ELF cores: both classes and byte orders, tens of thousands of headers, each field of each header damaged.
#include "dump/elf_core.h"

#include "dump/fault.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

BuiltLog any_log() { return build_lockless_log({}, some_lines(90)); }

Foreign any_foreign() {
    return GENERATE(Foreign{std::endian::little, 8}, Foreign{std::endian::big, 8},
                    Foreign{std::endian::little, 4}, Foreign{std::endian::big, 4});
}

} // namespace

TEST_CASE("the log comes out of cores of every class and byte order", "[elf_core]") {
    Foreign foreign = any_foreign();
    CAPTURE(foreign.word, foreign.order == std::endian::big);
    std::uint64_t base = foreign.word == 8 ? 0xffffffff81000000 : 0xc1000000;
    BuiltLog log = build_lockless_log({.foreign = foreign, .base = base}, some_lines(90));
    auto read = read_dump(elf_dump(log, EM_NONE));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
    CHECK(read->notes.empty());
    CHECK(read->summary.damaged + read->summary.missing == 0);
}

TEST_CASE("a core of 70000 program headers is read", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_X86_64);
    ElfSegment memory = plan.segments.back();
    plan.segments.pop_back();
    for (std::uint64_t i = 0; i < 70000 - 2; i++) {
        ElfSegment other = memory;
        other.virtual_address = 0xffff888000000000 + i * 0x10000;
        other.physical_address = 0x100000000 + i * 0x10000;
        other.file_size = other.memory_size = 0x1000;
        plan.segments.push_back(other);
    }
    plan.segments.push_back(memory);
    plan.counted_in_section = true;
    auto read = read_dump(build_elf(plan));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
    CHECK(read->notes.empty());
}

TEST_CASE("headers that do not tell their number are counted as far as they make sense", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_X86_64);
    plan.phnum = GENERATE(0, PN_XNUM); // and no section header
    auto read = read_dump(build_elf(plan));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
    REQUIRE(read->notes.size() == 1);
    CHECK(read->notes[0].ends_with("going on as far as they make sense"));
}

TEST_CASE("fields that can be put right cost a note", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_X86_64);
    SECTION("e_phoff 0") { plan.phoff = 0; }
    SECTION("e_phoff all ones") { plan.phoff = UINT64_MAX; }
    SECTION("e_phoff among the notes") { plan.phoff = 0x123; }
    SECTION("e_phoff behind the end") { plan.phoff = 0x12345678; }
    SECTION("e_phentsize") { plan.phentsize = 0; }
    SECTION("too many headers") { plan.phnum = 4000; }
    auto read = read_dump(build_elf(plan));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
    CHECK(read->notes.size() <= 2);
}

TEST_CASE("what cannot be put right has the exit status of kexec-tools", "[elf_core]") {
    ElfPlan plan = elf_plan(any_log(), EM_X86_64);
    Buffer dump;
    Fault expected{};
    SECTION("class") {
        plan.class_byte = 7;
        expected = Fault::elf_class;
    }
    SECTION("order") {
        plan.order_byte = 0;
        expected = Fault::elf_order;
    }
    SECTION("version") {
        plan.version_byte = 0;
        expected = Fault::elf_version;
    }
    auto read = read_dump(build_elf(plan));
    REQUIRE_FALSE(read);
    CHECK(read.error().number == static_cast<int>(expected));
    CHECK_FALSE(read.error().what.empty());
    CHECK_FALSE(read.error().remedy.empty());
}

TEST_CASE("each word of the headers set to 0, to ones and off by one: no crash, no garbage", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_X86_64, "NUMBER(phys_base)=0\n");
    Buffer good = build_elf(plan);
    std::size_t recovered = 0, all = 0;
    for (std::size_t offset = 0; offset < sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr); offset += 2)
        for (unsigned change = 0; change < 4; change++) {
            Buffer dump = good;
            std::byte &low = dump[offset], &high = dump[offset + 1];
            if (change == 0)
                low = high = std::byte{0};
            else if (change == 1)
                low = high = std::byte{0xff};
            else
                low = static_cast<std::byte>(std::to_integer<int>(low) + (change == 2 ? 1 : -1));
            auto read = read_dump(dump);
            all++;
            if (!read)
                continue;
            // What comes out is the log or a part of it; nothing else, ever.
            recovered += read->lines == log.lines;
            for (const Line &line : read->lines)
                REQUIRE(std::find(log.lines.begin(), log.lines.end(), line) != log.lines.end());
        }
    // All but the identification can be done without, or is not looked at.
    CHECK(recovered * 100 / all > 85);
}

TEST_CASE("a core cut short anywhere gives a part of the log or an error", "[elf_core]") {
    BuiltLog log = any_log();
    Buffer dump = elf_dump(log);
    for (std::size_t size = 0; size < dump.size(); size += size < 2048 ? 13 : 1024) {
        auto read = read_dump(Buffer(dump.begin(), dump.begin() + std::ptrdiff_t(size)));
        if (!read)
            continue;
        for (const Line &line : read->lines)
            REQUIRE(std::find(log.lines.begin(), log.lines.end(), line) != log.lines.end());
    }
}

TEST_CASE("a core of 4000 headers cut at every kilobyte of them ends in an error or the log", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_X86_64);
    ElfSegment memory = plan.segments.back();
    for (std::uint64_t i = 0; i < 4000; i++) {
        memory.virtual_address = 0xffff888000000000 + i * 0x10000;
        memory.physical_address = 0x100000000 + i * 0x10000;
        plan.segments.push_back(memory);
    }
    Buffer dump = build_elf(plan);
    for (std::size_t size = 1024; size < 4002 * sizeof(Elf64_Phdr); size += 1024) {
        auto read = read_dump(Buffer(dump.begin(), dump.begin() + std::ptrdiff_t(size)));
        CHECK_FALSE(read); // the memory is gone with the rest
    }
}

TEST_CASE("memory that no header maps is found by the machine's layout", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_X86_64, "NUMBER(phys_base)=0\n");
    plan.segments.back().virtual_address = GENERATE(as<std::uint64_t>(), 0, UINT64_MAX, 0xffff888000000000);
    auto read = read_dump(build_elf(plan));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
}

TEST_CASE("a header that maps the wrong memory is seen through", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_X86_64, "NUMBER(phys_base)=0\n");
    // In front of the right one, the same addresses for other bytes.
    ElfSegment wrong = plan.segments.back();
    wrong.offset = 0;
    wrong.physical_address = 0x70000000;
    plan.segments.insert(plan.segments.begin() + 1, wrong);
    auto read = read_dump(build_elf(plan));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
    REQUIRE_FALSE(read->summary.notes.empty());
}

TEST_CASE("a mapping that would go on leads to memory behind its header", "[elf_core]") {
    BuiltLog log = any_log();
    ElfPlan plan = elf_plan(log, EM_NONE);
    ElfSegment rest = plan.segments.back();
    plan.segments.back().file_size = 4096; // the rest has a physical address only
    rest.offset += 4096;
    rest.physical_address += 4096;
    rest.file_size -= 4096;
    rest.virtual_address = 0;
    plan.segments.push_back(rest);
    auto read = read_dump(build_elf(plan));
    REQUIRE(read);
    CHECK(read->lines == log.lines);
}
