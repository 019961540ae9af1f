// SPDX-License-Identifier: GPL-2.0-or-later
// The ring of records of kernels before 5.10: wrapped at every place, damaged, in circles.
#include "dump/fault.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

ReadLog read_of(const BuiltLog &log) {
    auto read = read_dump(elf_dump(log));
    REQUIRE(read);
    return *read;
}

// The index of the n-th record that is still there.
std::uint64_t index_of(const BuiltLog &log, std::size_t n) {
    std::uint64_t index = log.get(log.places.at("log_first_idx"), 4);
    for (; n > 0; n--) {
        index += log.get(log.places.at("data") + index + 8, 2);
        if (log.get(log.places.at("data") + index + 8, 2) == 0)
            index = 0;
    }
    return index;
}

} // namespace

TEST_CASE("rings of records are read as their writer left them", "[records]") {
    Foreign foreign =
        GENERATE(Foreign{std::endian::little, 8}, Foreign{std::endian::big, 8}, Foreign{std::endian::big, 4});
    std::uint64_t base = foreign.word == 8 ? 0xffffffff81000000 : 0xc1000000;
    for (std::size_t count : {0U, 1U, 5U, 39U, 40U, 41U, 77U, 300U}) {
        BuiltLog log = build_record_log({.foreign = foreign, .base = base}, some_lines(count));
        auto read = read_dump(elf_dump(log, 0));
        CAPTURE(count, foreign.word);
        REQUIRE(read);
        REQUIRE(read->lines == log.lines);
        CHECK(read->summary.damaged + read->summary.missing == 0);
    }
}

TEST_CASE("a structure called log is the same by its older name", "[records]") {
    BuiltLog log = build_record_log({}, some_lines(50));
    for (std::size_t at; (at = log.info.find("printk_log")) != std::string::npos;)
        log.info.replace(at, 10, "log");
    CHECK(read_of(log).lines == log.lines);
}

TEST_CASE("a damaged record costs itself and reading goes on behind it", "[records]") {
    BuiltLog log = build_record_log({.foreign = {}, .data_bits = 12}, some_lines(40));
    std::uint64_t record = log.places["data"] + index_of(log, 10);
    for (std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{4}, std::uint64_t{0xffff},
                                std::uint64_t{0xfffc}}) {
        BuiltLog damaged = log;
        damaged.put(record + 8, 2, wrong); // its length
        ReadLog read = read_of(damaged);
        CAPTURE(wrong);
        CHECK(read.summary.damaged == 1);
        CHECK(read.lines.size() == log.lines.size() - 1);
        CHECK(read.lines.back() == log.lines.back());
    }
}

TEST_CASE("a circle of lengths ends", "[records]") {
    BuiltLog log = build_record_log({}, some_lines(300)); // wrapped: 0 is a good length once
    for (std::uint64_t index = 0; index < 2048; index += 4) {
        BuiltLog damaged = log;
        damaged.put(log.places["data"] + index, 4, 0);
        damaged.put(log.places["data"] + (index + 4) % 2048, 4, 0);
        ReadLog read = read_of(damaged);
        CHECK(read.lines.size() <= log.lines.size() + 1);
    }
}

TEST_CASE("indices outside the ring are done without", "[records]") {
    BuiltLog log = build_record_log({}, some_lines(300));
    SECTION("first") {
        log.put(log.places["log_first_idx"], 4, 0xffffffff);
        ReadLog read = read_of(log);
        CHECK(read.summary.notes.size() == 1);
        CHECK(read.lines.size() >= log.lines.size());
        CHECK(read.lines.back() == log.lines.back());
    }
    SECTION("next") {
        log.put(log.places["log_next_idx"], 4, 0xfffffff0);
        ReadLog read = read_of(log);
        CHECK(read.summary.notes.size() == 1);
        CHECK(read.lines.size() >= log.lines.size());
    }
}

TEST_CASE("keys that are missing have kexec-tools' exit statuses", "[records]") {
    BuiltLog log = build_record_log({}, some_lines(5));
    struct Missing {
        std::string key;
        int status;
    };
    const Missing missing[] = {{"SYMBOL(log_buf)", 60},
                               {"SYMBOL(log_buf_len)", 61},
                               {"SYMBOL(log_next_idx)", 63},
                               {"SIZE(printk_log)", 64},
                               {"OFFSET(printk_log.ts_nsec)", 65},
                               {"OFFSET(printk_log.len)", 66},
                               {"OFFSET(printk_log.text_len)", 67}};
    for (const Missing &each : missing) {
        BuiltLog damaged = log;
        damaged.info.replace(damaged.info.find(each.key), each.key.size(), "NOTHING");
        auto read = read_dump(elf_dump(damaged));
        REQUIRE_FALSE(read);
        CHECK(read.error().number == each.status);
    }
}
