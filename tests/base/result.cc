// SPDX-License-Identifier: GPL-2.0-or-later
// How errors are made, passed on and given context.
#include "base/result.h"

#include "tests/catch.h"

#include <cerrno>
#include <memory>

using namespace kexec;

namespace {

Result<int> half_of(int number) {
    if (number % 2 != 0)
        return fail(Cause::bad_usage, "the number is odd, an even one is needed", "add 1");
    return number / 2;
}

Result<int> quarter_of(int number) { return TRY(half_of(TRY(half_of(number)))); }

Result<int> quarter_in(std::string_view where, int number) {
    int half = TRY_WITHIN(where, half_of(number));
    return TRY_WITHIN("half way", half_of(half));
}

Result<void> must_be_even(int number) {
    TRY(half_of(number));
    return {};
}

Result<std::unique_ptr<int>> owned(int number) {
    TRY(must_be_even(number)); // nothing comes out of a Result<void>
    return std::make_unique<int>(number);
}

Result<int> value_of_owned(int number) {
    std::unique_ptr<int> pointer = TRY(owned(number)); // moved, not copied
    return *pointer;
}

} // namespace

TEST_CASE("TRY hands out the value, or returns the error unchanged") {
    CHECK(quarter_of(12) == 3);
    auto failed = quarter_of(6);
    REQUIRE(!failed);
    CHECK(failed.error().cause == Cause::bad_usage);
    CHECK(failed.error().what == "the number is odd, an even one is needed");
    CHECK(failed.error().remedy == "add 1");
    CHECK(failed.error().number == 0);
}

TEST_CASE("TRY takes a Result of nothing and of what cannot be copied") {
    CHECK(value_of_owned(4) == 4);
    CHECK(value_of_owned(3).error().remedy == "add 1");
}

TEST_CASE("context stands in front, and the remedy stays") {
    CHECK(quarter_in("/boot/x", 8) == 2);
    CHECK(quarter_in("/boot/x", 7).error().what == "/boot/x: the number is odd, an even one is needed");
    CHECK(quarter_in("/boot/x", 6).error().what == "half way: the number is odd, an even one is needed");
    CHECK(quarter_in("/boot/x", 6).error().remedy == "add 1");
    Error twice =
        within("outer", within("inner", Error{Cause::other, "it broke", "mend it", 0}).value()).value();
    CHECK(twice.what == "outer: inner: it broke");
    CHECK(twice.remedy == "mend it");
}

TEST_CASE("a failed system call keeps its number and says its text") {
    Error error = fail_errno(Cause::system_call, ENOENT, "/boot/x", "name another file").value();
    CHECK(error.cause == Cause::system_call);
    CHECK(error.number == ENOENT);
    CHECK(error.what == "/boot/x: No such file or directory");
    CHECK(error.remedy == "name another file");
}

TEST_CASE("a failed system call that nobody has a remedy for gets a general one") {
    CHECK(fail_errno(Cause::system_call, ENOMEM, "x").value().remedy == "free some memory, then try again");
    CHECK(fail_errno(Cause::system_call, EMFILE, "x").value().remedy.find("ulimit -n") != std::string::npos);
    for (int number = 1; number < 134; number++)
        CHECK(!fail_errno(Cause::system_call, number, "x").value().remedy.empty());
}
