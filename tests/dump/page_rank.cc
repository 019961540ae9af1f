// SPDX-License-Identifier: GPL-2.0-or-later
// The index of a page among those kept, against counting from the start.
#include "dump/page_rank.h"

#include "tests/catch.h"
#include "tests/dump/build_dump.h"

#include <random>

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("ranks are what counting gives, in a whole dump and in one part of several", "[page_rank]") {
    std::mt19937 random(3);
    Buffer bitmap(3 * 4096 + 77);
    for (std::byte &byte : bitmap)
        byte = static_cast<std::byte>(random());
    std::uint64_t first = GENERATE(as<std::uint64_t>(), 0, 3, 40001);
    PageBitmap shape{5, 8 * 12000 + 3, first, 90001};
    Buffer dump(5);
    append(dump, bitmap);
    MemorySource source(dump);
    std::vector<std::string> notes;
    auto rank = PageRank::count(source, shape, notes);
    REQUIRE(rank);
    CHECK(notes.empty());
    std::uint64_t kept = 0;
    for (std::uint64_t frame = 0; frame < 8 * bitmap.size(); frame++) {
        bool is_kept = frame >= first && frame < shape.end_frame && frame < shape.frames &&
                       (std::to_integer<unsigned>(bitmap[frame / 8]) >> frame % 8 & 1);
        if (frame % 97 == 0 || frame < first + 50) {
            auto found = rank->of(source, frame);
            REQUIRE(found);
            REQUIRE(*found == (is_kept ? std::optional(kept) : std::nullopt));
        }
        kept += is_kept;
    }
}

TEST_CASE("a bitmap that is cut short counts as far as it goes", "[page_rank]") {
    MemorySource source(Buffer(5000, std::byte{0xff}));
    std::vector<std::string> notes;
    auto rank = PageRank::count(source, {0, 8 * 9000, 0, UINT64_MAX}, notes);
    REQUIRE(rank);
    CHECK(notes.size() == 1);
    CHECK(*rank->of(source, 8 * 5000 - 1) == 8 * 5000 - 1);
    CHECK_FALSE(rank->of(source, 8 * 5000)->has_value());
}
