// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/auxiliary.h"

#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Snapshot with_values(const std::vector<std::pair<std::uint64_t, std::uint64_t>> &values) {
    Buffer bytes;
    for (auto [type, value] : values) {
        append(bytes, bytes_of(le64(type)));
        append(bytes, bytes_of(le64(value)));
    }
    Snapshot snapshot;
    snapshot.put("/proc/self/auxv", bytes);
    return snapshot;
}

} // namespace

TEST_CASE("values are found by their type, and half a pair is none") {
    Snapshot snapshot = with_values({{26, 0x2000000}, {6, 4096}});
    CHECK(auxiliary_value(snapshot, 26) == 0x2000000U);
    CHECK_FALSE(auxiliary_value(snapshot, 25));
    Bytes bytes = *snapshot.bytes("/proc/self/auxv");
    snapshot.put("/proc/self/auxv", Buffer(bytes.begin(), bytes.end() - 1));
    CHECK_FALSE(auxiliary_value(snapshot, 6));
    CHECK_FALSE(auxiliary_value(Snapshot(), 6));
}

TEST_CASE("a page size that is none counts as not told: the largest there is") {
    CHECK(page_size_of(with_values({{6, 16384}})).bytes == 16384);
    CHECK(page_size_of(with_values({{6, 12345}})).bytes == 65536);
    CHECK(page_size_of(Snapshot()).words == "not known, the largest there is");
}
