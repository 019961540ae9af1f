// SPDX-License-Identifier: GPL-2.0-or-later
// The difference of two device trees: each change once, in words that say what it is.
#include "extras/tree_difference.h"

#include "tests/catch.h"
#include "tests/machine/made.h"

#include <fmt/format.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

std::string text_of(const TreeDifference &difference) {
    std::string text;
    for (const PropertyDifference &change : difference.changes)
        text += fmt::format("{} {}: {} -> {}\n", change.path, change.property, change.before.value_or("-"),
                            change.after.value_or("-"));
    return text;
}

std::string between(const DeviceTree &before, const DeviceTree &after) {
    return text_of(tree_difference(before.packed(), after.packed()).value());
}

DeviceTree sample() {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/chosen", "bootargs", "quiet"));
    REQUIRE(tree.set_number("/chosen", "linux,initrd-start", 0x48000000));
    REQUIRE(tree.set_text("/soc/uart@1", "compatible", "arm,pl011"));
    return tree;
}

} // namespace

TEST_CASE("a tree does not differ from itself") { CHECK(between(sample(), sample()).empty()); }

TEST_CASE("properties come, go and change") {
    DeviceTree after = sample();
    REQUIRE(after.set_text("/chosen", "bootargs", "quiet luks.key=hush"));
    REQUIRE(after.remove("/chosen", "linux,initrd-start"));
    REQUIRE(after.set("/chosen", "linux,booted-from-kexec", {}));
    REQUIRE(after.set("/soc", "odd", buffer("\1\2\3")));
    CHECK(between(sample(), after) == "/soc odd: - -> [01 02 03]\n"
                                      "/chosen linux,booted-from-kexec: - -> \n"
                                      "/chosen bootargs: \"quiet\" -> \"quiet luks.key=(hidden)\"\n"
                                      "/chosen linux,initrd-start: <0x0 0x48000000> -> -\n");
}

TEST_CASE("nodes come and go whole") {
    DeviceTree after = sample();
    REQUIRE(after.set_text("/soc/uart@2", "compatible", "ns16550"));
    CHECK(between(sample(), after) == "/soc/uart@2 : - -> \n");
    CHECK(between(after, sample()) == "/soc/uart@2 :  -> -\n");
}

TEST_CASE("seeds are told by their size, long values by their beginning") {
    DeviceTree after = sample();
    REQUIRE(after.set("/chosen", "rng-seed", Buffer(56)));
    REQUIRE(after.set("/chosen", "table", Buffer(100, std::byte{1})));
    std::string text = between(sample(), after);
    CHECK(has(text, "/chosen rng-seed: - -> random, 56 bytes\n"));
    CHECK(has(text, "0x1010101 … 100 bytes>\n"));
    CHECK(text.size() < 400);
}

TEST_CASE("reservations are compared too") {
    DeviceTree before = sample(), after = sample();
    REQUIRE(before.reserve({0x1000, 0x1000}));
    REQUIRE(before.reserve({0x5000, 0x1000}));
    REQUIRE(after.reserve({0x5000, 0x1000}));
    REQUIRE(after.reserve({0x9000, 0x2000}));
    TreeDifference difference = tree_difference(before.packed(), after.packed()).value();
    REQUIRE(difference.taken.size() == 1);
    CHECK(difference.taken[0].address == 0x1000);
    REQUIRE(difference.given.size() == 1);
    CHECK(difference.given[0].size == 0x2000);
}

TEST_CASE("what is no tree has no difference") {
    CHECK_FALSE(tree_difference({}, sample().packed()));
    CHECK_FALSE(tree_difference(sample().packed(), as_bytes("no tree")));
}
