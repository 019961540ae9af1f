// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/tree_facts.h"

#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Buffer cells(const std::vector<std::uint32_t> &words) {
    Buffer bytes;
    for (std::uint32_t word : words)
        append(bytes, bytes_of(be32(word)));
    return bytes;
}

} // namespace

TEST_CASE("pairs keep their order, neighbours stay apart, and sizes of 0 are left out") {
    Buffer reg = cells({0x2000, 0x1000, 0x1000, 0x1000, 0x9000, 0});
    CHECK(pairs_in(reg, {1, 1}).value() == std::vector<Range>{range(0x2000, 0x2fff), range(0x1000, 0x1fff)});
    CHECK(ranges_in(reg, {1, 1}).value() == Ranges{range(0x1000, 0x2fff)});
}

TEST_CASE("half a pair at the end is none, and a pair that wraps is an error") {
    CHECK(pairs_in(cells({0x2000, 0x1000, 0x5000}), {1, 1})->size() == 1);
    CHECK(pairs_in(cells({0, 0x2000, 0, 0x1000, 0}), {2, 2})->size() == 1);
    CHECK(
        has(pairs_in(cells({0xffffffff, 0xfffff000, 0, 0x1001}), {2, 2}).error().what, "no place in memory"));
}
