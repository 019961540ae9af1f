// SPDX-License-Identifier: GPL-2.0-or-later
// Estimates are the sizes by the rates that the header names.
#include "extras/estimate.h"

#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t size = 30 << 20;

Behaviour hashing(std::uint64_t bytes, bool caches_off = false) {
    Behaviour does{};
    does.verifies = bytes != 0;
    does.bytes = bytes;
    does.caches_off = caches_off;
    return does;
}

SegmentLoad plan_of(const Buffer &content) {
    SegmentLoad plan{};
    plan.segments = {{.name = "kernel", .destination = sized(0x100000, 2 * size), .bytes = content}};
    return plan;
}

} // namespace

TEST_CASE("30 MiB take 60 ms to load, and 30 or 200 ms to hash") {
    Buffer content(size);
    Estimate estimate = estimate_of(plan_of(content), hashing(size));
    CHECK(estimate.load.with_instructions == 60 + 30);
    CHECK(estimate.load.without == 60 + 201);
    CHECK(estimate.verify->with_instructions == 30);
    CHECK(estimate.verify->without == 201);
}

TEST_CASE("without checks nothing is hashed, with caches off it takes seconds") {
    Buffer content(size);
    Estimate unchecked = estimate_of(plan_of(content), hashing(0));
    CHECK(unchecked.load.without == 60);
    CHECK(unchecked.verify->without == 0);
    Estimate uncached = estimate_of(plan_of(content), hashing(size, true));
    CHECK(uncached.verify->with_instructions == uncached.verify->without);
    CHECK(uncached.verify->without > 5900);
    CHECK(uncached.verify->without < 6100);
}

TEST_CASE("the file call hashes all that it loads, and who verifies it is not known") {
    FileLoad plan{};
    plan.kernel = file_holding(Buffer(size));
    Estimate estimate = estimate_of(plan);
    CHECK(estimate.load.without == 60 + 201);
    CHECK_FALSE(estimate.verify);
    plan.initrd = plan.kernel;
    CHECK(estimate_of(plan).load.with_instructions == 120 + 60);
    plan.unpacked = std::make_shared<const Buffer>(0);
    CHECK(estimate_of(plan).load.with_instructions == 60 + 30);
}
