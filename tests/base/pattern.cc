// SPDX-License-Identifier: GPL-2.0-or-later
// File name patterns, with the C library's fnmatch() for a second opinion.
#include "base/pattern.h"

#include "tests/catch.h"

#include <fnmatch.h>
#include <random>
#include <string>

using kexec::matches_pattern;

TEST_CASE("stars, question marks and sets stand for what POSIX says") {
    CHECK(matches_pattern("*.conf", "6.1.conf"));
    CHECK_FALSE(matches_pattern("*.conf", "6.1.conf.old"));
    CHECK(matches_pattern("*6*1*", "linux-6.12-1"));
    CHECK_FALSE(matches_pattern("linux-?", "linux-"));
    CHECK(matches_pattern("linux-[0-9]*", "linux-6.1"));
    CHECK_FALSE(matches_pattern("linux-[!0-9]*", "linux-6.1"));
    CHECK(matches_pattern("[]a-]", "]"));
    CHECK(matches_pattern("[]a-]", "-"));
    CHECK(matches_pattern("[a", "[a"));
    CHECK(matches_pattern("", ""));
    CHECK(matches_pattern("***", ""));
}

TEST_CASE("a backslash makes the next byte plain unless it is plain itself") {
    CHECK(matches_pattern("\\*", "*"));
    CHECK_FALSE(matches_pattern("\\*", "x"));
    CHECK_FALSE(matches_pattern("x\\", "x"));
    CHECK(matches_pattern("\\*", "\\x", true));
}

TEST_CASE("many stars take no time that grows with each") {
    std::string pattern, name(100'000, 'a');
    for (int i = 0; i < 50; i++)
        pattern += "*a";
    CHECK_FALSE(matches_pattern(pattern + "b", name));
}

TEST_CASE("fnmatch(3) is of the same opinion on made-up patterns and names") {
    std::mt19937 random(1); // NOLINT(bugprone-random-generator-seed): the same in every run
    auto text_of = [&](std::string_view letters, std::size_t most) {
        std::string text(random() % (most + 1), ' ');
        for (char &each : text)
            each = letters[random() % letters.size()];
        return text;
    };
    int matched = 0;
    for (int i = 0; i < 200'000; i++) {
        std::string pattern = text_of("*?[]-!^\\abc", 7), name = text_of("abc-]\\", 4);
        for (bool plain_backslash : {false, true}) {
            bool expected = fnmatch(pattern.c_str(), name.c_str(), plain_backslash ? FNM_NOESCAPE : 0) == 0;
            matched += expected ? 1 : 0;
            INFO("pattern " << pattern << ", name " << name << ", plain backslash " << plain_backslash);
            REQUIRE(matches_pattern(pattern, name, plain_backslash) == expected);
        }
    }
    CHECK(matched > 1000);
}
