// SPDX-License-Identifier: GPL-2.0-or-later
// Both forms of the kernel's table, and lines that are neither.
#include "util/fadump/regions.h"

#include "tests/catch.h"

using namespace kexec::fadump;

TEST_CASE("the table of a registered machine", "[regions]") {
    Regions table = parse_regions("CPU :[0x00000020000000-0x0000002000050f] 0x510 bytes, Dumped: 0x0\n"
                                  "HPTE:[0x00000020000510-0x0000002000050f] 0x0 bytes, Dumped: 0x0\n"
                                  "DUMP: Src: 0x00000000000000, Dest: 0x00000020001000, Size: 0x20000000, "
                                  "Dumped: 0x0 bytes\n");
    REQUIRE(table.regions.size() == 3);
    CHECK(table.regions[0].name == "CPU");
    CHECK((table.regions[0].destination == 0x20000000 && table.regions[0].size == 0x510));
    CHECK_FALSE(table.regions[0].source);
    CHECK(table.regions[1].size == 0);
    CHECK(table.regions[2].source == 0);
    CHECK((table.regions[2].destination == 0x20001000 && table.regions[2].size == 0x20000000));
    CHECK(table.boot_memory() == 0x20000000);
    CHECK_FALSE(table.kept_above);
    CHECK(table.unknown.empty());
}

TEST_CASE("the table while a dump waits, with memory copied in pieces", "[regions]") {
    Regions table =
        parse_regions("DUMP: Src: 0x0, Dest: 0x80000000, Size: 0x40000000, Dumped: 0x40000000 bytes\n"
                      "DUMP: Src: 0x40000000, Dest: 0xc0000000, Size: 0x40000000, Dumped: 0x7 bytes\n"
                      "\n"
                      "Memory above 0x00000080000000 is reserved for saving crash dump\n");
    CHECK(table.boot_memory() == 0x80000000);
    CHECK(table.regions[1].dumped == 7);
    CHECK(table.kept_above == 0x80000000);
    CHECK(table.unknown.empty());
}

TEST_CASE("the older form", "[regions]") {
    Regions table =
        parse_regions("CPU : [0x0000006ffb0000-0x0000006fff001f] 0x40020 bytes, Dumped: 0x40020\n"
                      "DUMP: [0x0000006fff1020-0x0000007fff101f] 0x10000000 bytes, Dumped: 0x10000000\n"
                      "    : [0x00000010000000-0x0000006ffaffff] 0x5ffb0000 bytes, Dumped: 0x5ffb0000\n");
    REQUIRE(table.regions.size() == 3);
    CHECK(table.regions[0].dumped == 0x40020);
    CHECK(table.boot_memory() == 0x10000000);
    CHECK(table.regions[2].name.empty());
    CHECK(table.kept_above == 0x10000000);
}

TEST_CASE("lines that are none are kept as they are", "[regions]") {
    Regions table =
        parse_regions("NEWS: 12\nCPU :[0x1-0x2] 0x2 bytes, Dumped: 0x99999999999999999\nCPU :[\n:\n");
    CHECK(table.regions.empty());
    CHECK(table.unknown == std::vector<std::string>{"NEWS: 12",
                                                    "CPU :[0x1-0x2] 0x2 bytes, Dumped: 0x99999999999999999",
                                                    "CPU :[", ":"});
    CHECK(parse_regions("").regions.empty());
}

TEST_CASE("sizes that have no sum do not wrap", "[regions]") {
    Regions table = parse_regions("DUMP: Src: 0x0, Dest: 0x0, Size: 0xffffffffffffffff, Dumped: 0x0 bytes\n"
                                  "DUMP: Src: 0x0, Dest: 0x0, Size: 0xffffffffffffffff, Dumped: 0x0 bytes\n");
    CHECK(table.boot_memory() == UINT64_MAX);
}
