// SPDX-License-Identifier: GPL-2.0-or-later
// Records as text and as JSON.
#include "util/vmcore-dmesg/format.h"

#include "tests/catch.h"

using namespace kexec;
using namespace kexec::dmesg;

namespace {

Record record_of(std::string_view text, std::uint64_t nanoseconds = 12345678901) {
    Record record;
    record.sequence = 7;
    record.nanoseconds = nanoseconds;
    record.level = 4;
    record.facility = 0;
    record.caller = 1;
    record.text = as_bytes(text);
    return record;
}

} // namespace

TEST_CASE("a record is a line with its time in front", "[format]") {
    CHECK(as_plain_text(record_of("hello"), false) == "[   12.345678] hello\n");
    CHECK(as_plain_text(record_of("hello", 999), false) == "[    0.000000] hello\n");
    CHECK(as_plain_text(record_of("", 123456789012345678), false) == "[123456789.012345] \n");
    CHECK(as_plain_text(record_of("one\ntwo"), false) == "[   12.345678] one\ntwo\n");
}

TEST_CASE("bytes that are not plain are shown by their number", "[format]") {
    CHECK(as_plain_text(record_of("a\x01\x7f\xff z\t\v"), false) ==
          "[   12.345678] a\\x01\\x7f\\xff z\t\v\n");
}

TEST_CASE("callers stand where the kernel's consoles show them", "[format]") {
    Record record = record_of("hello");
    CHECK(as_plain_text(record, true) == "[   12.345678][    T1] hello\n");
    record.caller = 0x80000003;
    CHECK(as_plain_text(record, true) == "[   12.345678][    C3] hello\n");
    record.caller.reset();
    CHECK(as_plain_text(record, true) == "[   12.345678] hello\n");
}

TEST_CASE("a JSON object has what the log tells", "[format]") {
    CHECK(as_json(record_of("hello")) == "{\"seq\":7,\"time\":12.345678901,\"facility\":0,\"level\":4,"
                                         "\"caller\":\"T1\",\"text\":\"hello\"}\n");
    Record bare;
    bare.text = as_bytes("a");
    CHECK(as_json(bare) == "{\"text\":\"a\"}\n");
}

TEST_CASE("JSON strings are escaped, and what is no UTF-8 is shown by its number", "[format]") {
    auto text = [](std::string_view bytes) {
        Record record;
        record.text = as_bytes(bytes);
        return as_json(record);
    };
    CHECK(text("\"\\\n\t\x1b") == "{\"text\":\"\\\"\\\\\\n\\t\\u001b\"}\n");
    CHECK(text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") ==
          "{\"text\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}\n");
    // Alone, too long, a surrogate, beyond the last, cut short.
    CHECK(text("\x80") == "{\"text\":\"\\\\x80\"}\n");
    CHECK(text("\xc0\xaf") == "{\"text\":\"\\\\xc0\\\\xaf\"}\n");
    CHECK(text("\xed\xa0\x80") == "{\"text\":\"\\\\xed\\\\xa0\\\\x80\"}\n");
    CHECK(text("\xf4\x90\x80\x80") == "{\"text\":\"\\\\xf4\\\\x90\\\\x80\\\\x80\"}\n");
    CHECK(text("\xe2\x82") == "{\"text\":\"\\\\xe2\\\\x82\"}\n");
}

TEST_CASE("a stored line is printed as it is, and taken apart for JSON", "[format]") {
    Record record;
    record.as_stored = true;
    record.level = 6;
    record.facility = 0;
    record.nanoseconds = 1000002000;
    record.text = as_bytes("<6>[    1.000002] one\xff\n");
    CHECK(as_plain_text(record, true) == "<6>[    1.000002] one\xff\n");
    CHECK(as_json(record) == "{\"time\":1.000002000,\"facility\":0,\"level\":6,\"text\":\"one\\\\xff\"}\n");
}
