// SPDX-License-Identifier: GPL-2.0-or-later
// The order of versions, pair by pair.
#include "base/version.h"

#include "tests/catch.h"

#include <string>

using namespace kexec;

namespace {

std::string order_of(std::string_view first, std::string_view second) {
    auto order = compare_versions(first, second), turned = compare_versions(second, first);
    CHECK(((order < 0) == (turned > 0) && (order == 0) == (turned == 0)));
    return order < 0 ? "older" : order > 0 ? "newer" : "equal";
}

} // namespace

TEST_CASE("numbers in versions are compared as numbers", "[version]") {
    CHECK(order_of("6.1.0-9-amd64", "6.1.0-10-amd64") == "older");
    CHECK(order_of("6.1.007", "6.1.7") == "equal");
    CHECK(order_of("99999999999999999999999", "100000000000000000000000") == "older");
    CHECK(order_of("linux-6.12", "linux-6.1") == "newer");
    CHECK(order_of("123.a", "123.b") == "older");
}

TEST_CASE("what follows makes a version newer, but for a tilde", "[version]") {
    CHECK(order_of("", "0") == "older");
    CHECK(order_of("0.0", "0") == "newer");
    CHECK(order_of("123a", "123") == "newer");
    CHECK(order_of("6.1~rc3", "6.1") == "older");
    CHECK(order_of("6.1^git", "6.1") == "newer");
    CHECK(order_of("6.1^git", "6.1.1") == "newer");
    CHECK(order_of("123a", "123.a") == "newer");
    CHECK(order_of("6.1-2", "6.1.1") == "older");
}

TEST_CASE("other characters only separate, and capitals come first", "[version]") {
    CHECK(order_of("1+", "1") == "equal");
    CHECK(order_of("_1", "1") == "equal");
    CHECK(order_of("1_2_3", "1.3.3") == "newer");
    CHECK(order_of("A", "a") == "older");
    CHECK(order_of("bar-123", "foo-123") == "older");
    CHECK(order_of("", "") == "equal");
}
