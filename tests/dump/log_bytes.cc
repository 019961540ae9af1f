// SPDX-License-Identifier: GPL-2.0-or-later
// The ring of bytes of kernels before 3.5: whole, wrapped, with what each line says of itself.
#include "dump/fault.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

std::vector<Record> records_of(const BuiltLog &log, std::string &text) {
    std::vector<Record> records;
    MemorySource source(elf_dump(log));
    auto dump = open_dump(source);
    REQUIRE(dump);
    auto summary = read_log(*dump->core, [&](const Record &record) -> Result<void> {
        text += as_text(record.text);
        records.push_back(record);
        records.back().text = {};
        return {};
    });
    REQUIRE(summary);
    return records;
}

} // namespace

TEST_CASE("lines come with their level and time", "[bytes]") {
    BuiltLog log = build_byte_log({}, {"<6>[    1.000002] one\n", "<12>two\n", "three\n", "<4>[x] end"});
    std::string text;
    auto records = records_of(log, text);
    CHECK(text == "<6>[    1.000002] one\n<12>two\nthree\n<4>[x] end");
    REQUIRE(records.size() == 4);
    CHECK(records[0].level == 6U);
    CHECK(records[0].nanoseconds == 1000002000U);
    CHECK(records[0].as_stored);
    CHECK(records[1].level == 4U);
    CHECK(records[1].facility == 1U);
    CHECK_FALSE(records[2].level);
    CHECK_FALSE(records[3].nanoseconds);
}

TEST_CASE("a ring that wrapped gives its last bytes", "[bytes]") {
    std::vector<std::string> lines;
    std::string all;
    for (int i = 0; i < 400; i++) {
        lines.push_back("<6>line " + std::to_string(i) + "\n");
        all += lines.back();
    }
    std::string text;
    records_of(build_byte_log({}, lines), text);
    CHECK(text == all.substr(all.size() - 2048));
}

TEST_CASE("keys that are missing have kexec-tools' exit statuses in the oldest form", "[bytes]") {
    BuiltLog log = build_byte_log({}, {"<6>a\n"});
    std::pair<std::string, int> missing = GENERATE(std::pair<std::string, int>("SYMBOL(log_buf)", 50),
                                                   std::pair<std::string, int>("SYMBOL(log_end)", 51),
                                                   std::pair<std::string, int>("SYMBOL(log_buf_len)", 52));
    log.info.replace(log.info.find(missing.first), missing.first.size(), "NOTHING");
    auto read = read_dump(elf_dump(log));
    REQUIRE_FALSE(read);
    CHECK(read.error().number == missing.second);
}
