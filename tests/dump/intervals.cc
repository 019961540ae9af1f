// SPDX-License-Identifier: GPL-2.0-or-later
// Overlapping intervals against the plain definition: the first (or last) added that covers an address.
#include "dump/intervals.h"

#include "tests/catch.h"

#include <random>

using namespace kexec;

namespace {

struct Plain {
    std::uint64_t first, size, target;
};

std::optional<std::uint64_t> by_definition(const std::vector<Plain> &all, Intervals::Counts counts,
                                           std::uint64_t address) {
    std::optional<std::uint64_t> found;
    for (const Plain &each : all)
        if (each.first <= address && address - each.first < each.size &&
            (!found || counts == Intervals::Counts::last_added))
            found = each.target + (address - each.first);
    return found;
}

} // namespace

TEST_CASE("random overlapping intervals are found as defined, for as long as they hold", "[intervals]") {
    auto counts = GENERATE(Intervals::Counts::first_added, Intervals::Counts::last_added);
    std::mt19937 random(7);
    for (unsigned round = 0; round < 50; round++) {
        std::vector<Plain> all;
        Intervals intervals(counts);
        for (unsigned i = 0; i < round % 12; i++) {
            all.push_back({random() % 64, random() % 24, random() % 1000 * 1000});
            intervals.add(all.back().first, all.back().size, all.back().target);
        }
        intervals.sort();
        for (std::uint64_t address = 0; address < 96; address++) {
            auto hit = intervals.find(address);
            REQUIRE((hit ? std::optional(hit->target) : std::nullopt) == by_definition(all, counts, address));
            for (std::uint64_t i = 0; hit && i < hit->size; i++)
                REQUIRE(by_definition(all, counts, address + i) == hit->target + i);
        }
    }
}

TEST_CASE("an interval that passes the end of all addresses is left out", "[intervals]") {
    Intervals intervals(Intervals::Counts::first_added);
    intervals.add(UINT64_MAX, 2, 0);
    intervals.add(5, 0, 0);
    CHECK(intervals.count() == 0);
    intervals.add(UINT64_MAX, 1, 7);
    intervals.sort();
    CHECK(intervals.find(UINT64_MAX)->target == 7);
    CHECK_FALSE(intervals.find(5));
}

TEST_CASE("where a target is not accepted the next interval counts", "[intervals]") {
    Intervals intervals(Intervals::Counts::first_added);
    intervals.add(0, 100, 1000);
    intervals.add(50, 100, 2000);
    intervals.sort();
    CHECK(intervals.find(60, [](std::uint64_t target) { return target >= 2000; })->target == 2010);
    CHECK_FALSE(intervals.find(20, [](std::uint64_t target) { return target >= 2000; }));
    CHECK(intervals.extended(500) == 2450);
}
