// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <ctime>
#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("lines of /proc/iomem keep their order, depth and name") {
    auto lines = parse_iomem("00001000-0009fbff : System RAM\n"
                             "100000000-23fffffff : System RAM\n"
                             "  118000000-118ffffff : Kernel code\n"
                             "    118000000-118000fff : a : b  c \n"
                             "ffffffffffffff00-ffffffffffffffff : top\n"
                             "00000000-00000000 : \n");
    REQUIRE(lines);
    REQUIRE(lines->size() == 6);
    CHECK(lines->at(1).range == range(0x100000000, 0x23fffffff));
    CHECK(lines->at(2).depth == 1);
    CHECK(lines->at(3).depth == 2);
    CHECK(lines->at(3).name == "a : b  c ");
    CHECK(lines->at(4).range.last() == UINT64_MAX);
    CHECK(lines->at(5).name.empty());
}

TEST_CASE("a name of 300 characters is one name") {
    std::string name(300, 'n');
    auto lines = parse_iomem("00001000-00001fff : " + name + "\n00002000-00002fff : System RAM\n");
    REQUIRE(lines);
    CHECK(lines->at(0).name == name);
    CHECK(lines->at(1).name == "System RAM");
}

TEST_CASE("a line that is not one of /proc/iomem is quoted, with its number") {
    const char *bad[] = {"nonsense",
                         "",
                         "1000-1fff",
                         "1000-1fff :",
                         "1000-1fff :x",
                         "1000 : x",
                         "2000-1fff : inverted",
                         "1000-1fffx : x",
                         "-1000-1fff : x",
                         "1000--1fff : x",
                         " 1000-1fff : odd indent",
                         "\t1000-1fff : tab",
                         "1000-10000000000000000 : too large",
                         "0-ffffffffffffffff : all of 2^64",
                         "x : 1000-1fff",
                         "+1000-1fff : x",
                         "1000- 1fff : x",
                         "\xff\x01-2 : x"};
    for (std::string line : bad) {
        INFO(line);
        auto lines = parse_iomem("00001000-00001fff : first\n" + line + "\n");
        REQUIRE_FALSE(lines);
        CHECK(has(lines.error().what, "line 2"));
        CHECK(has(lines.error().what, line[0] == '\xff' ? "?\?-2 : x" : line[0] == '\t' ? "?1000" : line));
    }
    auto lines = parse_iomem(std::string(100000, 'x'));
    REQUIRE_FALSE(lines);
    CHECK(lines.error().what.size() < 200);
}

TEST_CASE("what an unprivileged reader is shown is an error that says so") {
    auto lines = parse_iomem("00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n");
    REQUIRE_FALSE(lines);
    CHECK(has(lines.error().what, "root"));
    CHECK(has(lines.error().remedy, "root"));
    CHECK_FALSE(parse_iomem(""));
}

TEST_CASE("the map of /proc/iomem takes RAM from the top level and everything else from any depth") {
    auto lines = parse_iomem("00000000-00000fff : Reserved\n"
                             "00001000-0009ffff : System RAM\n"
                             "00100000-3fffffff : System RAM\n"
                             "  01000000-01ffffff : Kernel code\n"
                             "  02000000-02000fff : reserved\n"
                             "40000000-400fffff : ACPI Tables\n"
                             "40100000-401fffff : ACPI Non-volatile Storage\n"
                             "40200000-402fffff : Unusable memory\n"
                             "80000000-febfffff : PCI Bus 0000:00\n"
                             "  b0000000-bfffffff : PCI MMCONFIG 0000 [bus 00-ff]\n"
                             "    b0000000-bfffffff : Reserved\n"
                             "100000000-1ffffffff : Persistent Memory\n"
                             "  110000000-11fffffff : System RAM\n"
                             "200000000-2ffffffff : Soft Reserved\n"
                             "  200000000-2ffffffff : dax0.0\n"
                             "    200000000-2ffffffff : System RAM (kmem)\n"
                             "300000000-3ffffffff : Persistent Memory (legacy)\n"
                             "400000000-4ffffffff : virtio0\n"
                             "  400000000-4ffffffff : System RAM (virtio_mem)\n");
    REQUIRE(lines);
    MemoryMap map = resource_memory_map(*lines);
    CHECK(map.of_type(MemoryType::ram) ==
          Ranges{range(0x1000, 0x9ffff), range(0x100000, 0x1ffffff), range(0x2001000, 0x3fffffff)});
    CHECK(map.of_type(MemoryType::reserved) ==
          Ranges{range(0, 0xfff), range(0x2000000, 0x2000fff), range(0xb0000000, 0xbfffffff)});
    CHECK(map.of_type(MemoryType::acpi_tables) == Ranges{range(0x40000000, 0x400fffff)});
    CHECK(map.of_type(MemoryType::acpi_nvs) == Ranges{range(0x40100000, 0x401fffff)});
    CHECK(map.of_type(MemoryType::unusable) == Ranges{range(0x40200000, 0x402fffff)});
    CHECK(map.of_type(MemoryType::persistent) == Ranges{range(0x100000000, 0x1ffffffff)});
    CHECK(map.of_type(MemoryType::soft_reserved) == Ranges{range(0x200000000, 0x2ffffffff)});
    CHECK(map.of_type(MemoryType::persistent_legacy) == Ranges{range(0x300000000, 0x3ffffffff)});
}

TEST_CASE("30000 ranges are parsed and mapped in a moment") {
    std::string text;
    for (std::uint64_t i = 0; i < 30000; i++)
        text += fmt::format("{:08x}-{:08x} : {}\n", i << 20, (i << 20) + 0xfffff,
                            i % 2 ? "Reserved" : "System RAM");
    std::clock_t start = std::clock();
    auto lines = parse_iomem(text);
    REQUIRE(lines);
    MemoryMap map = resource_memory_map(*lines);
    CHECK(map.size() == 30000);
    CHECK(map.of_type(MemoryType::ram).count() == 15000);
    CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC);
}
