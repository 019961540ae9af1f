// SPDX-License-Identifier: GPL-2.0-or-later
// Memory in pieces: everything is one thing, and a segment hides what it lies in.
#include "extras/memory_pieces.h"

#include "tests/catch.h"
#include "tests/plan/requests.h"

#include <fmt/format.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

std::string text_of(const std::vector<MemoryPiece> &pieces) {
    std::string text;
    for (const MemoryPiece &piece : pieces)
        text += fmt::format("{} {}{}{}\n", to_string(piece.range), name_of(piece.kind),
                            piece.name.empty() ? "" : " ", piece.name);
    return text;
}

std::vector<Segment> two_segments() {
    return {{.name = "kernel", .destination = sized(0x1000000, 0x2000), .bytes = {}},
            {.name = "initrd", .destination = sized(0x1002000, 0x1000), .bytes = {}}};
}

} // namespace

TEST_CASE("every address of the map is in one piece, by rank") {
    Machine machine = pc();
    reserve(machine, sized(0x20000000, 0x10000000));
    machine.kept.add(sized(0x40000000, 0x1000));
    CHECK(text_of(memory_pieces(machine, two_segments())) == "00000000-00000fff taken\n"
                                                             "00001000-0009fbff free\n"
                                                             "0009fc00-0009ffff reserved Reserved\n"
                                                             "000f0000-000fffff reserved Reserved\n"
                                                             "00100000-00ffffff free\n"
                                                             "01000000-01001fff segment kernel\n"
                                                             "01002000-01002fff segment initrd\n"
                                                             "01003000-1fffffff free\n"
                                                             "20000000-2fffffff crash reservation\n"
                                                             "30000000-3fffffff free\n"
                                                             "40000000-40000fff taken\n"
                                                             "40001000-7ffdffff free\n"
                                                             "7ffe0000-7fffffff reserved ACPI Tables\n"
                                                             "fffc0000-ffffffff reserved Reserved\n");
}

TEST_CASE("around segments lies what is next to them") {
    Machine machine = pc();
    CHECK(text_of(pieces_around_segments(memory_pieces(machine, two_segments()))) ==
          "00100000-00ffffff free\n"
          "01000000-01001fff segment kernel\n"
          "01002000-01002fff segment initrd\n"
          "01003000-7ffdffff free\n");
    CHECK(pieces_around_segments(memory_pieces(machine, {})).empty());
}

TEST_CASE("a segment inside a reservation leaves the rest of it") {
    Machine machine = pc();
    reserve(machine, sized(0x1000000, 0x4000));
    CHECK(text_of(pieces_around_segments(memory_pieces(machine, two_segments()))) ==
          "00100000-00ffffff free\n"
          "01000000-01001fff segment kernel\n"
          "01002000-01002fff segment initrd\n"
          "01003000-01003fff crash reservation\n");
}

TEST_CASE("totals count free memory without the reservation") {
    Machine machine = pc();
    std::uint64_t before = memory_totals(machine).free;
    reserve(machine, sized(0x20000000, 0x10000000));
    MemoryTotals totals = memory_totals(machine);
    CHECK(totals.free == before - 0x10000000);
    CHECK(totals.ram == 0x9fc00 + 0x7ffe0000U - 0x100000);
    CHECK(totals.reservations == std::vector<Range>{sized(0x20000000, 0x10000000)});
}
