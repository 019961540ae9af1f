// SPDX-License-Identifier: GPL-2.0-or-later
// The Placer: whole pages, each handed out once.
#include "plan/placing.h"

#include "tests/catch.h"

#include <array>

using namespace kexec;

namespace {

constexpr std::uint64_t page = 4096;

Range range(std::uint64_t first, std::uint64_t last) { return Range::between(first, last).value(); }

Placer placer(const Ranges &free, Range window = Range::everything()) {
    return Placer(free, window, page, "make room");
}

} // namespace

TEST_CASE("a piece is rounded up to whole pages") {
    Placer it = placer({range(0x10000, 0x1ffff)});
    CHECK(it.lowest("a", 1, 1, Range::everything()).value() == range(0x10000, 0x10fff));
    CHECK(it.lowest("b", 4097, 1, Range::everything()).value() == range(0x11000, 0x12fff));
}

TEST_CASE("lowest and highest start at their ends") {
    Placer it = placer({range(0x10000, 0x1ffff), range(0x40000, 0x4ffff)});
    CHECK(it.lowest("a", page, page, Range::everything()).value() == range(0x10000, 0x10fff));
    CHECK(it.highest("b", page, page, Range::everything()).value() == range(0x4f000, 0x4ffff));
}

TEST_CASE("no address is handed out twice") {
    Placer it = placer({range(0x10000, 0x13fff)});
    Ranges taken;
    for (int i = 0; i < 4; i++) {
        auto place = i % 2 ? it.lowest("x", page, page, Range::everything())
                           : it.highest("x", page, page, Range::everything());
        REQUIRE(place);
        CHECK_FALSE(taken.overlaps(*place));
        taken.add(*place);
    }
    CHECK(taken == Ranges{range(0x10000, 0x13fff)});
    CHECK_FALSE(it.lowest("x", page, page, Range::everything()));
}

TEST_CASE("the alignment asked for is kept, and is never less than a page") {
    Placer it = placer({range(0x1000, 0x5fffff)});
    CHECK(it.lowest("a", page, 0x200000, Range::everything()).value().first() == 0x200000);
    CHECK(it.highest("b", page, 0x200000, Range::everything()).value().first() == 0x400000);
    CHECK(it.lowest("c", page, 16, Range::everything()).value().first() == 0x1000);
}

TEST_CASE("the search keeps to its own window") {
    Placer it = placer({range(0x10000, 0x1ffff), range(0x40000, 0x4ffff)});
    CHECK(it.highest("a", page, page, range(0, 0x14fff)).value() == range(0x14000, 0x14fff));
    CHECK(it.lowest("b", page, page, range(0x20000, 0x60000)).value() == range(0x40000, 0x40fff));
    CHECK_FALSE(it.lowest("c", page, page, range(0x20000, 0x3ffff)));
}

TEST_CASE("the window of the placer cuts what is free, to whole pages") {
    Placer it = placer({range(0x10000, 0x1ffff)}, range(0x11800, 0x14800));
    CHECK(it.is_free(range(0x12000, 0x13fff)));
    CHECK_FALSE(it.is_free(range(0x11000, 0x11fff)));
    CHECK_FALSE(it.is_free(range(0x14000, 0x14fff)));
}

TEST_CASE("a page that is only partly free is not free") {
    Placer it = placer({range(0x10010, 0x12ffe)});
    CHECK_FALSE(it.is_free(range(0x10010, 0x10fff)));
    CHECK_FALSE(it.is_free(range(0x12000, 0x12ffe)));
    CHECK(it.lowest("a", page, page, Range::everything()).value() == range(0x11000, 0x11fff));
    CHECK_FALSE(it.lowest("b", page, page, Range::everything()));
}

TEST_CASE("a range without one whole page gives nothing") {
    for (Range scrap :
         {range(0, 100), range(1, 100), range(1, 0xffe), range(0x1001, 0x1ffe), range(0x1fff, 0x2000)}) {
        INFO(to_string(scrap));
        CHECK_FALSE(placer({scrap}).lowest("a", page, page, Range::everything()));
        CHECK_FALSE(placer({scrap}).highest("a", page, page, Range::everything()));
    }
}

TEST_CASE("the last page of the address space can be handed out") {
    Range top = range(UINT64_MAX - 2 * page + 1, UINT64_MAX);
    Placer it = placer({top}, top);
    CHECK(it.highest("a", page, page, top).value() == range(UINT64_MAX - page + 1, UINT64_MAX));
    CHECK(it.lowest("b", page, page, top).value() == range(UINT64_MAX - 2 * page + 1, UINT64_MAX - page));
}

TEST_CASE("an exact place is taken once, or refused") {
    Placer it = placer({range(0x10000, 0x1ffff)});
    CHECK(it.exactly("a", range(0x12000, 0x13fff)).value() == range(0x12000, 0x13fff));
    auto again = it.exactly("b", range(0x13000, 0x14fff));
    REQUIRE_FALSE(again);
    CHECK(again.error().cause == Cause::no_room);
    CHECK(again.error().what == "b must lie at 00013000-00014fff, which is not free memory");
    CHECK(again.error().remedy == "make room");
    CHECK(it.is_free(range(0x10000, 0x11fff)));
    CHECK(it.is_free(range(0x14000, 0x1ffff)));
}

TEST_CASE("what did not fit is named, with what was needed and what there is") {
    Placer it = placer({range(0x10000, 0x1ffff), range(0x100000, 0x10ffff), range(0x10800000, 0x1081ffff)});
    auto place = it.highest("the initrd", 0x20000, page, range(0, 0x1fffff));
    REQUIRE_FALSE(place);
    CHECK(place.error().cause == Cause::no_room);
    CHECK(place.error().what ==
          "there is no room for the initrd: 128 KiB on a multiple of 0x1000 are needed in "
          "00000000-001fffff, the largest free piece there has 64 KiB");
    CHECK(place.error().remedy == "make room");
}

TEST_CASE("a failed search takes nothing") {
    Placer it = placer({range(0x10000, 0x1ffff)});
    CHECK_FALSE(it.lowest("a", 0x20000, page, Range::everything()));
    CHECK(it.is_free(range(0x10000, 0x1ffff)));
}

TEST_CASE("sizes that no memory has are refused") {
    Placer it = placer({range(0x10000, 0x1ffff)});
    for (std::uint64_t size : {std::uint64_t{0}, UINT64_MAX, UINT64_MAX - page + 2}) {
        auto place = it.lowest("a", size, page, Range::everything());
        REQUIRE_FALSE(place);
        CHECK(place.error().cause == Cause::no_room);
    }
}

TEST_CASE("any of all places is handed out, by its number, and once") {
    Ranges free{range(0x10000, 0x12fff), range(0x20000, 0x21fff)};
    for (std::uint64_t number : {0U, 1U, 2U, 3U, 7U}) {
        Placer it = placer(free);
        std::uint64_t places = 0;
        Range place = it.any("x", 2 * page, page, Range::everything(), number, places).value();
        CHECK(places == 3);
        CHECK(place.first() == std::array{0x10000U, 0x11000U, 0x20000U}[number % 3]);
        CHECK_FALSE(it.is_free(place));
    }
    Placer small = placer(free);
    std::uint64_t places = 1;
    auto none = small.any("the kernel", 4 * page, page, Range::everything(), 5, places);
    REQUIRE_FALSE(none);
    CHECK(places == 0);
    CHECK(none.error().cause == Cause::no_room);
    small.keep_out_of({range(0x10000, 0x10fff)});
    CHECK_FALSE(small.is_free(range(0x10000, 0x10fff)));
}
