// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges against a model: a set of 64 addresses, kept as bits, at the bottom, in the middle and at the top of
// the address space. Every answer is compared with what counting the bits says.
#include "base/range.h"

#include "tests/catch.h"

#include <bitset>
#include <random>

using namespace kexec;

namespace {

constexpr unsigned places = 64;

struct Modelled {
    std::uint64_t base; // the address of bit 0
    Ranges ranges;
    std::bitset<places> bits;
};

std::bitset<places> bits_of(const Ranges &ranges, std::uint64_t base) {
    std::bitset<places> bits;
    for (Range range : ranges)
        for (std::uint64_t i = range.first() - base; i <= range.last() - base; i++)
            bits.set(i);
    return bits;
}

bool is_normal(const Ranges &ranges) {
    for (auto it = ranges.begin(); it != ranges.end(); ++it)
        if (it != ranges.begin() &&
            (it->first() <= std::prev(it)->last() || it->first() - std::prev(it)->last() < 2))
            return false;
    return true;
}

struct Window {
    unsigned first, last;
};

Window random_window(std::mt19937 &random) {
    unsigned one = random() % places, other = random() % places;
    return {std::min(one, other), std::max(one, other)};
}

Range range_at(std::uint64_t base, Window window) {
    return *Range::between(base + window.first, base + window.last);
}

void change(Modelled &modelled, std::mt19937 &random) {
    Window window = random_window(random);
    bool adds = random() % 2 == 0;
    for (unsigned i = window.first; i <= window.last; i++)
        modelled.bits.set(i, adds);
    if (adds)
        modelled.ranges.add(range_at(modelled.base, window));
    else
        modelled.ranges.remove(range_at(modelled.base, window));
}

bool all_set(const Modelled &modelled, std::uint64_t start, std::uint64_t size, Window window) {
    if (start < window.first || start + size - 1 > window.last)
        return false;
    for (std::uint64_t i = start; i < start + size; i++)
        if (!modelled.bits[i])
            return false;
    return true;
}

// Every place, tried one by one.
std::vector<Range> places_for(const Modelled &modelled, std::uint64_t size, std::uint64_t align,
                              Window window) {
    std::vector<Range> found;
    for (std::uint64_t start = 0; start + size <= places; start++)
        if ((modelled.base + start) % align == 0 && all_set(modelled, start, size, window))
            found.push_back(*Range::sized(modelled.base + start, size));
    return found;
}

bool finds_the_ends(const Modelled &modelled, std::mt19937 &random) {
    std::uint64_t size = 1 + random() % 12, align = std::uint64_t{1} << random() % 5;
    Window window = random_window(random);
    auto possible = places_for(modelled, size, align, window);
    Range searched = range_at(modelled.base, window);
    auto lowest = modelled.ranges.lowest(size, align, searched);
    auto highest = modelled.ranges.highest(size, align, searched);
    if (possible.empty())
        return !lowest && !highest;
    return lowest == possible.front() && highest == possible.back();
}

bool answers_agree(const Modelled &modelled, Window window) {
    bool all = true, any = false;
    std::bitset<places> inside;
    for (unsigned i = window.first; i <= window.last; i++) {
        all = all && modelled.bits[i];
        any = any || modelled.bits[i];
        inside.set(i, modelled.bits[i]);
    }
    Range range = range_at(modelled.base, window);
    return modelled.ranges.contains(range) == all && modelled.ranges.overlaps(range) == any &&
           bits_of(modelled.ranges.within(range), modelled.base) == inside;
}

} // namespace

TEST_CASE("adding, removing and searching agree with a set of bits") {
    std::uint64_t base = GENERATE(as<std::uint64_t>(), 0, 0x100000, UINT64_MAX - (places - 1));
    std::mt19937 random(1);
    for (int run = 0; run < 2000; run++) {
        Modelled modelled{base, {}, {}};
        bool agrees = true;
        for (int step = 0; step < 12 && agrees; step++) {
            change(modelled, random);
            agrees = bits_of(modelled.ranges, base) == modelled.bits && is_normal(modelled.ranges) &&
                     modelled.ranges.size() == modelled.bits.count() && finds_the_ends(modelled, random) &&
                     answers_agree(modelled, random_window(random));
        }
        CAPTURE(run, base);
        REQUIRE(agrees);
    }
}

TEST_CASE("a set less another is what removing its ranges one by one leaves") {
    std::uint64_t base = GENERATE(as<std::uint64_t>(), 0, 0x100000, UINT64_MAX - (places - 1));
    std::mt19937 random(7);
    for (int run = 0; run < 2000; run++) {
        Modelled set{base, {}, {}}, holes{base, {}, {}};
        for (int step = 0; step < 10; step++) {
            change(set, random);
            change(holes, random);
        }
        Ranges left = set.ranges;
        left.remove(holes.ranges);
        CAPTURE(run, base);
        REQUIRE(is_normal(left));
        REQUIRE(bits_of(left, base) == (set.bits & ~holes.bits));
        left.remove(left);
        REQUIRE(left.empty());
    }
}

TEST_CASE("a range is never empty and never inverted") {
    CHECK(!Range::between(2, 1));
    CHECK(!Range::between(0, UINT64_MAX)); // its size has no spelling
    CHECK(!Range::sized(5, 0));
    CHECK(!Range::sized(UINT64_MAX, 2));
    CHECK(Range::between(7, 7)->size() == 1);
    CHECK(Range::sized(UINT64_MAX, 1)->last() == UINT64_MAX);
    CHECK(Range::sized(0, UINT64_MAX)->last() == UINT64_MAX - 1);
}

TEST_CASE("overlap is what both have") {
    Range low = *Range::between(0x1000, 0x1fff), high = *Range::between(0x1800, 0x2fff);
    CHECK(low.overlap(high) == Range::between(0x1800, 0x1fff));
    CHECK(high.overlap(low) == low.overlap(high));
    CHECK(!low.overlap(*Range::between(0x2000, 0x2fff)));
    CHECK(low.overlaps(high));
    CHECK(low.contains(0x1fff));
    CHECK(!low.contains(0x2000));
    CHECK(low.contains(low));
    CHECK(!low.contains(high));
}

TEST_CASE("neighbours become one, so equal sets are equal") {
    Ranges one{*Range::between(0, 9), *Range::between(20, 29)};
    one.add(*Range::between(10, 19));
    CHECK(one == Ranges{*Range::between(0, 29)});
    CHECK(one.count() == 1);
    Ranges top{*Range::between(UINT64_MAX - 1, UINT64_MAX - 1)};
    top.add(*Range::between(UINT64_MAX, UINT64_MAX));
    CHECK(top.count() == 1);
}

TEST_CASE("sets are added and removed as wholes") {
    Ranges memory{*Range::between(0, 99)};
    Ranges holes{*Range::between(10, 19), *Range::between(90, 120)};
    memory.remove(holes);
    CHECK(memory == Ranges{*Range::between(0, 9), *Range::between(20, 89)});
    memory.add(holes);
    CHECK(memory == Ranges{*Range::between(0, 120)});
}

TEST_CASE("a search that cannot succeed finds nothing and wraps nowhere") {
    Ranges top{*Range::between(UINT64_MAX - 0xfff, UINT64_MAX)};
    CHECK(!top.lowest(1, 0x2000));
    CHECK(!top.lowest(UINT64_MAX, 1));
    CHECK(!top.highest(UINT64_MAX, 1));
    CHECK(!top.highest(0, 1));
    CHECK(!top.lowest(0, 1));
    CHECK(!Ranges{}.lowest(1, 1));
    CHECK(!Ranges{}.highest(1, 1));
    CHECK(top.highest(0x1000, 0x1000, *Range::between(1, UINT64_MAX)) ==
          Range::sized(UINT64_MAX - 0xfff, 0x1000));
}

TEST_CASE("alignment") {
    CHECK(align_up(0x1001, 0x1000) == 0x2000U);
    CHECK(align_up(0x1000, 0x1000) == 0x1000U);
    CHECK(!align_up(UINT64_MAX, 0x1000));
    CHECK(align_down(0x1fff, 0x1000) == 0x1000U);
    CHECK(is_aligned(0x200000, 0x200000));
    CHECK(!is_aligned(0x200001, 2));
}

TEST_CASE("a range is printed as /proc/iomem prints one") {
    CHECK(to_string(*Range::between(0x100000, 0x3fffffff)) == "00100000-3fffffff");
    CHECK(to_string(*Range::between(0x100000000, 0x23fffffff)) == "100000000-23fffffff");
}

TEST_CASE("places are counted and numbered as they would be found one by one") {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; round++) {
        Modelled modelled{round % 2 ? UINT64_MAX - places : 0, {}, {}};
        for (int i = 0; i < 6; i++)
            change(modelled, random);
        std::uint64_t size = 1 + random() % 9, align = std::uint64_t{1} << random() % 4, number = 0;
        Range window = range_at(modelled.base, random_window(random));
        for (std::uint64_t first = window.first(); first <= window.last(); first++) {
            auto place = is_aligned(first, align) ? Range::sized(first, size) : std::nullopt;
            if (!place || !window.contains(*place) || !modelled.ranges.contains(*place))
                continue;
            CHECK(modelled.ranges.place(number++, size, align, window) == place);
        }
        CHECK(modelled.ranges.places(size, align, window) == number);
        CHECK_FALSE(modelled.ranges.place(number, size, align, window));
    }
}
