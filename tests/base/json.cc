// SPDX-License-Identifier: GPL-2.0-or-later
// JSON strings, of any bytes.
#include "base/json.h"

#include "tests/catch.h"

using namespace kexec;

TEST_CASE("JSON strings are escaped") {
    CHECK(json_string("") == "\"\"");
    CHECK(json_string("a b") == "\"a b\"");
    CHECK(json_string("\"\\\n\t\x1b") == "\"\\\"\\\\\\n\\t\\u001b\"");
    CHECK(json_string("\x7f") == "\"\\u007f\"");
}

TEST_CASE("UTF-8 is kept, and what is none is shown by its number") {
    CHECK(json_string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
    // Alone, too long, a surrogate, beyond the last, cut short.
    CHECK(json_string("\x80") == "\"\\\\x80\"");
    CHECK(json_string("\xc0\xaf") == "\"\\\\xc0\\\\xaf\"");
    CHECK(json_string("\xed\xa0\x80") == "\"\\\\xed\\\\xa0\\\\x80\"");
    CHECK(json_string("\xf4\x90\x80\x80") == "\"\\\\xf4\\\\x90\\\\x80\\\\x80\"");
    CHECK(json_string("\xe2\x82") == "\"\\\\xe2\\\\x82\"");
}

TEST_CASE("documents nest, with a line for each value") {
    JsonWriter json;
    json.begin_object();
    json.key("text").text("a \"b\"");
    json.key("numbers").begin_array();
    json.number(UINT64_MAX);
    json.number(0);
    json.end();
    json.key("none").begin_array();
    json.end();
    json.key("inside").begin_object();
    json.key("truth").truth(true);
    json.key("nothing").nothing();
    json.end();
    json.end();
    CHECK(json.finish() == "{\n"
                           "  \"text\": \"a \\\"b\\\"\",\n"
                           "  \"numbers\": [\n"
                           "    18446744073709551615,\n"
                           "    0\n"
                           "  ],\n"
                           "  \"none\": [],\n"
                           "  \"inside\": {\n"
                           "    \"truth\": true,\n"
                           "    \"nothing\": null\n"
                           "  }\n"
                           "}\n");
}
