// SPDX-License-Identifier: GPL-2.0-or-later
// Other programs: what they are given, and how their end is told.
#include "base/process.h"

#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/temporary.h"

#include <cerrno>
#include <cstdlib>

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("the exit status of a program is told, and the signal that ended it") {
    CHECK(*run_program("/bin/sh", {"-c", "exit 7"}) == 7);
    CHECK(*run_program("/bin/true", {}) == 0);
    CHECK(*run_program("/bin/sh", {"-c", "kill -9 $$"}) == 128 + 9);
}

TEST_CASE("a program that is not there is an error that names it") {
    auto status = run_program("/nowhere/makedumpfile", {});
    REQUIRE_FALSE(status);
    CHECK(status.error().number == ENOENT);
    CHECK(status.error().what.find("/nowhere/makedumpfile") != std::string::npos);
}

TEST_CASE("arguments arrive as they are, and nothing of our environment does") {
    TemporaryDirectory directory;
    REQUIRE(::setenv("LD_FADUMP_TEST", "x", 1) == 0);
    std::string out = directory.path("out");
    CHECK(*run_program("/bin/sh", {"-c", "printf '%s|' \"$1\" \"$LD_FADUMP_TEST\" \"$LC_ALL\" >\"$2\"", "sh",
                                   "a b\"c", out}) == 0);
    ::unsetenv("LD_FADUMP_TEST");
    CHECK(text_of_file(out) == "a b\"c||C|");
}

TEST_CASE("programs are found where systems keep them") {
    CHECK(find_program("sh"));
    CHECK_FALSE(find_program("no-such-program-anywhere"));
}
