// SPDX-License-Identifier: GPL-2.0-or-later
// Strings of JSON.
#include "base/json.h"

#include "tests/catch.h"

using namespace kexec;

TEST_CASE("a string is quoted, and what would end it or is no character is escaped") {
    CHECK(json_string("") == "\"\"");
    CHECK(json_string("a b") == "\"a b\"");
    CHECK(json_string("\"\\") == "\"\\\"\\\\\"");
    CHECK(json_string("\n\t\x01\x7f") == "\"\\n\\t\\u0001\\u007f\"");
    CHECK(json_string("\xc3\xa9") == "\"\xc3\xa9\"");
    CHECK(json_string("\xc3") == "\"\\\\xc3\"");
    CHECK(json_string("\xff") == "\"\\\\xff\"");
}
