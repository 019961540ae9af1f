// SPDX-License-Identifier: GPL-2.0-or-later
// Parameters and digests as they lie in a prepared blob, read back by the offsets of the contract.
#include "plan/purgatory.h"

#include "purgatory/sha256.h"
#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/support/digest.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::size_t regions_at = PURGATORY_PARAMETERS + 0x80, region_size = 0x58;

Buffer blob() { return Buffer(0x2000, std::byte{0xa5}); }

std::string hex(Bytes bytes) {
    std::string text;
    for (std::byte byte : bytes)
        for (int shift : {4, 0})
            text += "0123456789abcdef"[(std::to_integer<unsigned>(byte) >> shift) & 15];
    return text;
}

std::uint64_t u64(const Buffer &buffer, std::size_t at) { return read_at<le64>(buffer, at, "x").value(); }

Segment segment(std::uint64_t first, std::uint64_t size, Bytes bytes, bool verified = true) {
    return {
        .name = "x", .destination = Range::sized(first, size).value(), .bytes = bytes, .verified = verified};
}

SegmentLoad plan_with(std::vector<Segment> segments, std::endian order, std::uint32_t flags = 0) {
    PurgatorySettings settings{};
    settings.flags = flags;
    SegmentLoad plan{};
    plan.segments = std::move(segments);
    plan.purgatory = prepare_purgatory(blob(), order, settings);
    plan.order = order;
    return plan;
}

PurgatorySettings some_settings() {
    PurgatorySettings settings{};
    settings.entry = 0x1122334455667788;
    settings.argument = 0x99aabbccddeeff00;
    settings.flags = 0x01020304;
    settings.backup = {.source = 0x1000, .size = 0x9e000, .destination = 0x3f000000};
    settings.console = {.address = 0x3f8, .kind = 1, .baud = 115200};
    settings.machine[0] = 0xfeed;
    settings.machine[7] = 0xbeef;
    return settings;
}

} // namespace

TEST_CASE("little endian parameters lie where the contract says") {
    auto prepared = prepare_purgatory(blob(), std::endian::little, some_settings());
    Bytes at = Bytes(*prepared).subspan(PURGATORY_PARAMETERS);
    CHECK(hex(at.subspan(0x00, 8)) == "8877665544332211");
    CHECK(hex(at.subspan(0x08, 8)) == "00ffeeddccbbaa99");
    CHECK(hex(at.subspan(0x10, 8)) == "0403020100000000");
    CHECK(hex(at.subspan(0x18, 24)) == "001000000000000000e00900000000000000003f00000000");
    CHECK(hex(at.subspan(0x30, 16)) == "f8030000000000000100000000c20100");
    CHECK(hex(at.subspan(0x40, 8)) == "edfe000000000000");
    CHECK(hex(at.subspan(0x78, 8)) == "efbe000000000000");
}

TEST_CASE("big endian parameters lie where the contract says") {
    auto prepared = prepare_purgatory(blob(), std::endian::big, some_settings());
    Bytes at = Bytes(*prepared).subspan(PURGATORY_PARAMETERS);
    CHECK(hex(at.subspan(0x00, 8)) == "1122334455667788");
    CHECK(hex(at.subspan(0x08, 8)) == "99aabbccddeeff00");
    CHECK(hex(at.subspan(0x10, 8)) == "0102030400000000");
    CHECK(hex(at.subspan(0x18, 24)) == "0000000000001000000000000009e000000000003f000000");
    CHECK(hex(at.subspan(0x30, 16)) == "00000000000003f8000000010001c200");
    CHECK(hex(at.subspan(0x40, 8)) == "000000000000feed");
}

TEST_CASE("nothing but the parameters is changed in the blob") {
    auto prepared = prepare_purgatory(blob(), std::endian::little, some_settings());
    std::size_t end = PURGATORY_PARAMETERS + sizeof(PurgatorySettings);
    auto untouched = [](std::byte byte) { return byte == std::byte{0xa5}; };
    REQUIRE(prepared->size() == blob().size());
    CHECK(std::all_of(prepared->begin(), prepared->begin() + PURGATORY_PARAMETERS, untouched));
    CHECK(std::all_of(prepared->begin() + static_cast<std::ptrdiff_t>(end), prepared->end(), untouched));
}

TEST_CASE("an unsealed purgatory has no regions, whatever the settings say") {
    PurgatorySettings settings = some_settings();
    settings.regions[0] = {.start = 1, .size = 2, .digest = {}, .before = 0, .state = {}};
    auto prepared = prepare_purgatory(blob(), std::endian::little, settings);
    for (std::size_t i = 0; i < region_size * purgatory::region_count; i++)
        REQUIRE((*prepared)[regions_at + i] == std::byte{0});
}

TEST_CASE("a seal is the place and the SHA-256 of the bytes, without the zeros behind them") {
    std::string_view abc = "abc"; // FIPS 180-4's own example
    SegmentLoad plan = plan_with({segment(0x100000, 0x1000, as_bytes(abc))}, std::endian::little);
    seal(plan);
    CHECK(u64(*plan.purgatory, regions_at) == 0x100000);
    CHECK(u64(*plan.purgatory, regions_at + 8) == 3);
    CHECK(hex(Bytes(*plan.purgatory).subspan(regions_at + 16, 32)) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(u64(*plan.purgatory, regions_at + region_size) == 0);
    CHECK(u64(*plan.purgatory, regions_at + region_size + 8) == 0);
}

TEST_CASE("a seal in the other byte order has the same digest") {
    std::string_view abc = "abc";
    SegmentLoad plan = plan_with({segment(0x100000, 0x1000, as_bytes(abc))}, std::endian::big);
    seal(plan);
    CHECK(hex(Bytes(*plan.purgatory).subspan(regions_at, 16)) == "00000000001000000000000000000003");
    CHECK(hex(Bytes(*plan.purgatory).subspan(regions_at + 16, 4)) == "ba7816bf");
}

TEST_CASE("segments that are not verified or hold no bytes take no region") {
    std::string_view text = "text";
    SegmentLoad plan =
        plan_with({segment(0x1000, 0x1000, as_bytes(text), false), segment(0x2000, 0x1000, {}),
                   segment(0x3000, 0x1000, as_bytes(text)), segment(0x4000, 0x1000, as_bytes(text))},
                  std::endian::little);
    seal(plan);
    CHECK(u64(*plan.purgatory, regions_at) == 0x3000);
    CHECK(u64(*plan.purgatory, regions_at + region_size) == 0x4000);
    CHECK(u64(*plan.purgatory, regions_at + 2 * region_size) == 0);
}

TEST_CASE("sixteen verified segments fill sixteen regions and nothing behind them") {
    std::string_view text = "text";
    std::vector<Segment> segments;
    for (std::uint64_t i = 1; i <= 16; i++)
        segments.push_back(segment(0x1000 * i, 0x1000, as_bytes(text)));
    SegmentLoad plan = plan_with(segments, std::endian::little);
    seal(plan);
    CHECK(u64(*plan.purgatory, regions_at + 15 * region_size) == 0x10000);
    CHECK((*plan.purgatory)[regions_at + 16 * region_size] == std::byte{0xa5});
}

TEST_CASE("a byte that changes changes the seal") {
    Buffer bytes(100);
    SegmentLoad before = plan_with({segment(0x1000, 0x1000, bytes)}, std::endian::little);
    seal(before);
    bytes[99] = std::byte{1};
    SegmentLoad after = plan_with({segment(0x1000, 0x1000, bytes)}, std::endian::little);
    seal(after);
    CHECK(*before.purgatory != *after.purgatory);
}

TEST_CASE("sealing keeps the other parameters") {
    std::string_view text = "text";
    SegmentLoad plan = plan_with({segment(0x1000, 0x1000, as_bytes(text))}, std::endian::little);
    plan.purgatory =
        prepare_purgatory(blob(), std::endian::little, some_settings() /* flag 0x04 is not skip_checks */);
    Buffer before = *plan.purgatory;
    seal(plan);
    CHECK(std::equal(before.begin(), before.begin() + regions_at, plan.purgatory->begin()));
}

TEST_CASE("with checks off nothing is sealed") {
    std::string_view text = "text";
    SegmentLoad plan = plan_with({segment(0x1000, 0x1000, as_bytes(text))}, std::endian::little,
                                 purgatory::flag::skip_checks);
    Buffer before = *plan.purgatory;
    seal(plan);
    CHECK(*plan.purgatory == before);
}

TEST_CASE("a plan without a purgatory needs no seal") {
    SegmentLoad plan{};
    seal(plan);
    CHECK(plan.purgatory == nullptr);
}

namespace {

// Start, size and digest of every region in use.
std::vector<std::tuple<std::uint64_t, std::uint64_t, Digest>> regions_of(const SegmentLoad &plan) {
    auto stored = *read_at<purgatory::Parameters<le64, le32>>(*plan.purgatory, PURGATORY_PARAMETERS, "");
    std::vector<std::tuple<std::uint64_t, std::uint64_t, Digest>> regions;
    for (const auto &region : stored.regions)
        if (region.size != 0)
            regions.emplace_back(region.start, region.size, std::to_array(region.digest));
    return regions;
}

// As the purgatory finds it: from the state on, and with none of the bytes that come before.
Digest digest_by_region(const SegmentLoad &plan, std::size_t index, Bytes file) {
    auto stored = *read_at<purgatory::Parameters<le64, le32>>(*plan.purgatory, PURGATORY_PARAMETERS, "");
    const auto &region = stored.regions[index];
    std::uint32_t state[8];
    std::ranges::copy(region.state, state);
    return digest_from(state, region.before, file.subspan(region.before, region.size));
}

} // namespace

TEST_CASE("a large segment is two regions, which together cover every byte of it once") {
    Buffer large = sample_bytes((3 << 20) + 77);
    Bytes bytes(large);
    SegmentLoad plan = plan_with({segment(0x100000, 4 << 20, bytes)}, std::endian::little);
    seal(plan);
    auto regions = regions_of(plan);
    REQUIRE(regions.size() == 2);
    std::uint64_t half = std::get<1>(regions[0]);
    CHECK(half % 4096 == 0);
    CHECK(regions[0] == std::tuple(std::uint64_t{0x100000}, half, digest_of(bytes.first(half))));
    CHECK(regions[1] == std::tuple(0x100000 + half, large.size() - half, digest_of(bytes.subspan(half))));
}

TEST_CASE(
    "a segment that is part of a file goes on from what comes before, and the file's own SHA-256 is told") {
    Buffer file = sample_bytes(50000), other = sample_bytes(3000);
    Bytes bytes(file);
    Bytes files[] = {other, bytes};
    SegmentLoad plan = plan_with({segment(0x10000, 0x8000, bytes.subspan(512, 20000)),
                                  segment(0x20000, 0x8000, bytes.subspan(40960, 5000))},
                                 std::endian::little);
    auto digests = seal(plan, files);
    REQUIRE(digests.size() == 2);
    CHECK_FALSE(digests[0]); // no segment lies in it
    CHECK(digests[1] == digest_of(bytes));
    auto regions = regions_of(plan);
    REQUIRE(regions.size() == 2);
    CHECK(regions[0] ==
          std::tuple(std::uint64_t{0x10000}, std::uint64_t{20000}, digest_of(bytes.first(20512))));
    CHECK(regions[1] ==
          std::tuple(std::uint64_t{0x20000}, std::uint64_t{5000}, digest_of(bytes.first(45960))));
    for (std::size_t i : {0u, 1u})
        CHECK(digest_by_region(plan, i, bytes) == std::get<2>(regions[i]));
}

TEST_CASE(
    "a segment that lies in two pieces of a file is cut where they meet, and each has its own SHA-256") {
    Buffer file = sample_bytes(3 << 20);
    Bytes bytes(file);
    Bytes pieces[] = {bytes.first(1 << 20), bytes.subspan(1 << 20)};
    SegmentLoad plan = plan_with({segment(0x100000, 4 << 20, bytes.subspan(512))}, std::endian::little);
    CHECK(seal(plan, pieces) ==
          std::vector<std::optional<Digest>>{digest_of(pieces[0]), digest_of(pieces[1])});
    std::uint64_t first = (1 << 20) - 512;
    auto regions = regions_of(plan);
    REQUIRE(regions.size() == 2);
    CHECK(regions[0] == std::tuple(std::uint64_t{0x100000}, first, digest_of(pieces[0])));
    CHECK(regions[1] == std::tuple(0x100000 + first, std::uint64_t{2 << 20}, digest_of(pieces[1])));
    CHECK(digest_by_region(plan, 0, bytes) == digest_of(pieces[0]));
}

TEST_CASE("a big-endian purgatory finds the state in its own byte order") {
    Buffer file = sample_bytes(1000);
    Bytes files[] = {file};
    for (std::endian order : {std::endian::little, std::endian::big}) {
        SegmentLoad plan = plan_with({segment(0x10000, 0x1000, Bytes(file).subspan(64))}, order);
        seal(plan, files);
        Bytes region = Bytes(*plan.purgatory).subspan(regions_at, region_size);
        // SHA-256's state behind 64 bytes: the digest's first word is not padded yet.
        std::uint32_t state[8];
        purgatory::Sha256 sum;
        sum.update(reinterpret_cast<const std::uint8_t *>(file.data()), 64);
        sum.copy_state(state);
        std::uint32_t first = order == std::endian::big
                                  ? std::uint32_t{read_at<be32>(region, 0x38, "").value()}
                                  : std::uint32_t{read_at<le32>(region, 0x38, "").value()};
        CHECK(first == state[0]);
    }
}

TEST_CASE("a segment within a block of its file, or one that overlaps another, is hashed by itself") {
    Buffer file = sample_bytes(5000);
    Bytes bytes(file);
    Bytes files[] = {bytes};
    SegmentLoad plan = plan_with({segment(0x10000, 0x1000, bytes.subspan(100, 1000)),
                                  segment(0x20000, 0x1000, bytes.subspan(1024, 1000)),
                                  segment(0x30000, 0x1000, bytes.subspan(1984, 1000))},
                                 std::endian::little);
    auto digests = seal(plan, files);
    CHECK(digests[0] == digest_of(bytes));
    auto regions = regions_of(plan);
    REQUIRE(regions.size() == 3);
    CHECK(std::get<2>(regions[0]) == digest_of(bytes.subspan(100, 1000)));
    CHECK(std::get<2>(regions[1]) == digest_of(bytes.first(2024)));
    CHECK(std::get<2>(regions[2]) == digest_of(bytes.subspan(1984, 1000)));
}

TEST_CASE("nothing is told of files where nothing is hashed") {
    Buffer file = sample_bytes(1000);
    Bytes files[] = {file};
    SegmentLoad plan =
        plan_with({segment(0x1000, 0x1000, file)}, std::endian::little, purgatory::flag::skip_checks);
    CHECK(seal(plan, files) == std::vector<std::optional<Digest>>{std::nullopt});
    SegmentLoad without{};
    CHECK(seal(without, files) == std::vector<std::optional<Digest>>{std::nullopt});
}

TEST_CASE("segments are cut only while regions are to spare") {
    Buffer large(1 << 20);
    std::vector<Segment> segments;
    for (std::uint64_t i = 1; i <= 14; i++)
        segments.push_back(segment(i << 21, 1 << 20, large));
    SegmentLoad plan = plan_with(segments, std::endian::little);
    seal(plan);
    auto regions = regions_of(plan);
    REQUIRE(regions.size() == 16);
    std::uint64_t covered = 0;
    for (const auto &[start, size, digest] : regions)
        covered += size;
    CHECK(covered == 14 << 20);
    CHECK(std::get<1>(regions[4]) == 1 << 20);
}

TEST_CASE("a plan that asks for striped digests gets them, each of a whole segment") {
    Buffer content(2 << 20, std::byte{7});
    SegmentLoad plan =
        plan_with({segment(0x1000, 2 << 20, content)}, std::endian::little, purgatory::flag::striped);
    seal(plan);
    auto regions = regions_of(plan);
    REQUIRE(regions.size() == 1);
    CHECK(std::get<2>(regions[0]) == striped_digest_of(content));
    CHECK(std::get<2>(regions[0]) != digest_of(content));
}
