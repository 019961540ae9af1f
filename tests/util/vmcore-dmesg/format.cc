// SPDX-License-Identifier: GPL-2.0-or-later
// Records as JSON.
#include "util/vmcore-dmesg/format.h"

#include "tests/catch.h"
#include "tests/dump/made_record.h"

using namespace kexec;
using namespace kexec::dmesg;
using kexec::testing::record_of;

TEST_CASE("a JSON object has what the log tells", "[format]") {
    CHECK(as_json(record_of("hello")) == "{\"seq\":7,\"time\":12.345678901,\"facility\":0,\"level\":4,"
                                         "\"caller\":\"T1\",\"text\":\"hello\"}\n");
    Record bare;
    bare.text = as_bytes("a");
    CHECK(as_json(bare) == "{\"text\":\"a\"}\n");
}

TEST_CASE("the text of a record is escaped", "[format]") {
    Record record;
    record.text = as_bytes("a\"\x80");
    CHECK(as_json(record) == "{\"text\":\"a\\\"\\\\x80\"}\n");
}

TEST_CASE("a stored line is taken apart for JSON", "[format]") {
    Record record;
    record.as_stored = true;
    record.level = 6;
    record.facility = 0;
    record.nanoseconds = 1000002000;
    record.text = as_bytes("<6>[    1.000002] one\xff\n");
    CHECK(as_json(record) == "{\"time\":1.000002000,\"facility\":0,\"level\":6,\"text\":\"one\\\\xff\"}\n");
}
