// SPDX-License-Identifier: GPL-2.0-or-later
// Where things stand in a picture of memory: to scale, nothing lost, nothing on top of another.
#include "extras/picture.h"

#include "tests/catch.h"
#include "tests/plan/requests.h"

#include <fmt/format.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mib = 1 << 20;

MemoryPiece piece(std::uint64_t first, std::uint64_t size, PieceKind kind, std::string name = {}) {
    return {sized(first, size), kind, std::move(name)};
}

std::string text_of(const std::vector<Range> &ranges) {
    std::string text;
    for (Range range : ranges)
        text += to_string(range) + ";";
    return text;
}

std::string text_of(const std::vector<Stretch> &stretches) {
    std::string text;
    for (const Stretch &stretch : stretches)
        text += fmt::format("{}-{} {};", stretch.top, stretch.bottom, name_of(stretch.kind));
    return text;
}

} // namespace

TEST_CASE("heights are to scale, and areas stand below each other") {
    Scale scale({sized(0, 100), sized(1000, 300)}, 10, 420, 20);
    CHECK(scale.height_of(0) == 10);
    CHECK(scale.height_of(50) == 60);
    CHECK_FALSE(scale.height_of(100));
    CHECK(scale.bottom_of(0) == 110);
    CHECK(scale.height_of(1000) == 130);
    CHECK(scale.height_of(1150) == 280);
    CHECK(scale.bottom() == 430);
    CHECK_FALSE(scale.height_of(5000));
}

TEST_CASE("what is drawn goes from the first RAM to the last, without large gaps") {
    std::vector<MemoryPiece> map = {piece(0, mib, PieceKind::reserved),
                                    piece(mib, 100 * mib, PieceKind::free),
                                    piece(110 * mib, 100 * mib, PieceKind::taken),
                                    piece(5000 * mib, 200 * mib, PieceKind::free),
                                    piece(900000 * mib, mib, PieceKind::reserved)};
    CHECK(text_of(areas_with_ram(map)) == "00100000-0d1fffff;138800000-144ffffff;");
    CHECK(areas_with_ram(std::vector{map.front()}).empty());
    std::vector<MemoryPiece> scattered;
    for (std::uint64_t i = 0; i < 100; i++)
        scattered.push_back(piece(i << 40, mib, PieceKind::free));
    CHECK(areas_with_ram(scattered).size() == 1);
}

TEST_CASE("each row shows what has most of it, and gaps show nothing") {
    std::vector<MemoryPiece> map = {piece(0, 500, PieceKind::free), piece(500, 100, PieceKind::taken),
                                    piece(600, 2, PieceKind::segment), piece(602, 98, PieceKind::free),
                                    piece(900, 100, PieceKind::reservation)};
    Scale scale({sized(0, 1000)}, 0, 100, 0);
    CHECK(text_of(stretches(map, scale)) == "0-50 free;50-60 taken;60-70 free;90-100 crash reservation;");
}

TEST_CASE("thirty thousand pieces make no more stretches than there are rows") {
    std::vector<MemoryPiece> map;
    for (std::uint64_t i = 0; i < 30000; i++)
        map.push_back(piece(i * mib, mib, i % 2 ? PieceKind::free : PieceKind::taken));
    CHECK(stretches(map, Scale({sized(0, 30000 * mib)}, 0, 500, 0)).size() <= 1000);
}

TEST_CASE("segments that are close make one cluster, with a margin inside the map") {
    std::vector<MemoryPiece> map = {piece(0, 16 * mib, PieceKind::segment, "kernel"),
                                    piece(17 * mib, mib, PieceKind::segment, "initrd"),
                                    piece(18 * mib, 482 * mib, PieceKind::free),
                                    piece(500 * mib, mib, PieceKind::segment, "purgatory"),
                                    piece(501 * mib, 499 * mib, PieceKind::free)};
    std::vector<Cluster> clusters = clusters_of(map);
    REQUIRE(clusters.size() == 2);
    CHECK(clusters[0].segments.size() == 2);
    CHECK(clusters[0].view.first() == 0);
    CHECK(clusters[0].view.contains(sized(0, 18 * mib)));
    CHECK(clusters[0].view.size() < 20 * mib);
    CHECK(clusters[1].segments[0].name == "purgatory");
    CHECK(clusters_of(std::span(map).subspan(2, 1)).empty());
}

TEST_CASE("labels keep their distance and their order") {
    CHECK(spread({10, 11, 12, 100}, 20, 5) == std::vector<double>{10, 30, 50, 100});
    CHECK(spread({0, 0}, 20, 5) == std::vector<double>{5, 25});
    CHECK(spread({}, 20, 5).empty());
}
