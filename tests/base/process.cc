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

TEST_CASE("arguments arrive as they are, nothing of our environment does, and a home is named") {
    TemporaryDirectory directory;
    REQUIRE(::setenv("LD_FADUMP_TEST", "x", 1) == 0);
    std::string out = directory.path("out");
    CHECK(*run_program("/bin/sh", {"-c", "printf '%s|' \"$1\" \"$LD_FADUMP_TEST\" \"$LC_ALL\" ~ >\"$2\"",
                                   "sh", "a b\"c", out}) == 0);
    ::unsetenv("LD_FADUMP_TEST");
    CHECK(text_of_file(out) == "a b\"c||C|/root|");
}

TEST_CASE("programs are found where systems keep them") {
    CHECK(find_program("sh"));
    CHECK_FALSE(find_program("no-such-program-anywhere"));
}

namespace {

std::string all_that(Child &child) {
    std::string text;
    for (;;) {
        auto more = child.read(std::chrono::seconds(20)).value();
        if (!more || more->empty())
            return text;
        text += *more;
    }
}

} // namespace

TEST_CASE("what a program beside us prints is read as it comes, from both its outputs") {
    Child child = Child::start("/bin/sh", {"-c", "echo one; echo two >&2; exit 3"}).value();
    CHECK(all_that(child) == "one\ntwo\n");
    CHECK(child.read(std::chrono::milliseconds(0)).value() == "");
    CHECK(Child::start("/nowhere/x", {}).error().number == ENOENT);
}

TEST_CASE("a program that prints nothing is waited for no longer than was said, and ends with its object") {
    Child child = Child::start("/bin/sh", {"-c", "exec sleep 1000"}).value();
    CHECK(child.read(std::chrono::milliseconds(10)).value() == std::nullopt);
    CHECK(child.stop() == 128 + 9);
    CHECK(child.stop() == 0);
}

TEST_CASE("a descriptor that is kept can be opened by its number, another one cannot") {
    Descriptor kept = file_in_memory("kept", as_bytes("inside")).value();
    std::string path = "/proc/self/fd/" + std::to_string(kept.number());
    std::vector<int> numbers{kept.number()};
    Child with = Child::start("/bin/cat", {path}, numbers).value();
    CHECK(all_that(with) == "inside");
    Child without = Child::start("/bin/cat", {path}).value();
    CHECK(all_that(without).find("No such file") != std::string::npos);
}
