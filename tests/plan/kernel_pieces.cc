// SPDX-License-Identifier: GPL-2.0-or-later
// A vmlinux in pieces: which are taken, and how they share pages.
#include "plan/kernel_pieces.h"

#include "tests/catch.h"
#include "tests/formats/build_elf.h"
#include "tests/machine/made.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t start = 0xc000000000000000, gib = 1 << 30;

struct Piece {
    std::uint64_t distance, file_size, memory_size;
};

// The file, which the ELF is a view of, and what is read of it.
struct Read {
    Buffer file;
    Result<std::vector<KernelPiece>> pieces;
};
Read read(const std::vector<Piece> &pieces, std::uint64_t entry = start) {
    ElfPlan plan;
    plan.entry = entry;
    for (const Piece &each : pieces)
        add_segment(plan, PT_LOAD, Buffer(each.file_size, std::byte{0x77}), start + each.distance)
            .memory_size = each.memory_size;
    Read result{build_elf(plan), {}};
    result.pieces = pieces_of(read_elf(result.file).value());
    return result;
}

} // namespace

TEST_CASE("pieces are sorted, and what lies between two belongs to the lower one", "[kernel-pieces]") {
    Read got = read({{0x10000, 0x100, 0x200}, {0, 0x100, 0x100}});
    REQUIRE(got.pieces);
    REQUIRE(got.pieces->size() == 2);
    CHECK(got.pieces->at(0).offset == 0);
    CHECK(got.pieces->at(0).size == 0x10000);
    CHECK(got.pieces->at(1).size == 0x200);
}

TEST_CASE("what is no kernel that moves itself is refused", "[kernel-pieces]") {
    CHECK(has(read({{0, 0x100, 0x100}}, start + 4).pieces.error().what, "below its entry"));
    CHECK(has(read({{0x1000, 0x100, 0x100}}).pieces.error().what,
              "no segment of the vmlinux starts at its entry"));
    CHECK(has(read({{0, 0x100, 0x1001}, {0x1000, 0x100, 0x100}}).pieces.error().what, "overlap"));
    CHECK(has(read({{0, 0x100, gib + 1}}).pieces.error().what, "span more than 1 GiB"));
    CHECK(has(read({{0, 0x100, 0x100}, {gib - 0x1000, 0x100, 0x1001}}).pieces.error().what,
              "span more than 1 GiB"));
    CHECK(read({{0, 0x100, 0x100}, {gib - 0x1000, 0x100, 0x1000}}).pieces);
    CHECK_FALSE(read({}).pieces);
}

TEST_CASE("pieces that share a page become one, with zeros between them", "[kernel-pieces]") {
    Read got = read({{0, 0x100, 0x100}, {0x1000, 0x100, 0x200}});
    std::vector<std::shared_ptr<const void>> storage;
    CHECK(segments_at(*got.pieces, 0x10000, 0x1000, storage).size() == 2);
    CHECK(storage.empty());
    std::vector<Segment> segments = segments_at(*got.pieces, 0x10000, 0x10000, storage);
    REQUIRE(segments.size() == 1);
    CHECK(storage.size() == 1);
    CHECK(segments[0].destination == range(0x10000, 0x1ffff));
    CHECK(segments[0].bytes.size() == 0x1100);
    CHECK(segments[0].bytes[0x100] == std::byte{0});
    CHECK(segments[0].bytes[0x1000] == std::byte{0x77});
}
