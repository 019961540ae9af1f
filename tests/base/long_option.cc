// SPDX-License-Identifier: GPL-2.0-or-later
// Where an option's argument stands, and where it is missing or too much.
#include "base/long_option.h"

#include "tests/catch.h"

using namespace kexec;

TEST_CASE("the name ends at the first sign") {
    CHECK(option_name("json") == "json");
    CHECK(option_name("memory=64G") == "memory");
    CHECK(option_name("a=b=c") == "a");
    CHECK(option_name("") == "");
}

TEST_CASE("an argument stands behind the sign or in the next word") {
    const char *words[] = {"64G", "more"};
    std::span<const char *const> rest(words);
    CHECK(*option_argument("memory=32G", "SIZE", rest) == "32G");
    CHECK(*option_argument("memory=", "SIZE", rest) == "");
    CHECK(*option_argument("memory=a=b", "SIZE", rest) == "a=b");
    CHECK(*option_argument("json", "", rest) == "");
    CHECK(rest.size() == 2);
    CHECK(*option_argument("memory", "SIZE", rest) == "64G");
    CHECK(rest.size() == 1);
}

TEST_CASE("an argument that is missing or too much is told") {
    std::span<const char *const> none;
    CHECK(option_argument("memory", "SIZE", none).error().what == "--memory needs an argument: SIZE");
    CHECK(option_argument("json=1", "", none).error().what == "--json takes no argument");
    CHECK(option_argument("json=", "", none).error().cause == Cause::bad_usage);
}
