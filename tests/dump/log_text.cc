// SPDX-License-Identifier: GPL-2.0-or-later
// Records as text.
#include "dump/log_text.h"

#include "tests/catch.h"
#include "tests/dump/made_record.h"

using namespace kexec;
using kexec::testing::record_of;

TEST_CASE("a record is a line with its time in front") {
    CHECK(as_plain_text(record_of("hello"), false) == "[   12.345678] hello\n");
    CHECK(as_plain_text(record_of("hello", 999), false) == "[    0.000000] hello\n");
    CHECK(as_plain_text(record_of("", 123456789012345678), false) == "[123456789.012345] \n");
    CHECK(as_plain_text(record_of("one\ntwo"), false) == "[   12.345678] one\ntwo\n");
}

TEST_CASE("bytes that are not plain are shown by their number") {
    CHECK(as_plain_text(record_of("a\x01\x7f\xff z\t\v"), false) ==
          "[   12.345678] a\\x01\\x7f\\xff z\t\v\n");
}

TEST_CASE("callers stand where the kernel's consoles show them") {
    Record record = record_of("hello");
    CHECK(as_plain_text(record, true) == "[   12.345678][    T1] hello\n");
    record.caller = 0x80000003;
    CHECK(as_plain_text(record, true) == "[   12.345678][    C3] hello\n");
    record.caller.reset();
    CHECK(as_plain_text(record, true) == "[   12.345678] hello\n");
}

TEST_CASE("a stored line is printed as it is") {
    Record record;
    record.as_stored = true;
    record.level = 6;
    record.nanoseconds = 1000002000;
    record.text = as_bytes("<6>[    1.000002] one\xff\n");
    CHECK(as_plain_text(record, true) == "<6>[    1.000002] one\xff\n");
}
