// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <array>
#include <ctime>
#include <random>

using namespace kexec;
using namespace kexec::testing;

namespace {

std::vector<MemoryRange> entries(const MemoryMap &map) { return {map.begin(), map.end()}; }

constexpr MemoryType ram = MemoryType::ram, reserved = MemoryType::reserved, tables = MemoryType::acpi_tables;

// What the files say about memory, or the error.
Result<MemoryMap> map_of(const Files &files) { return firmware_memory_map(snapshot_of(files)); }

} // namespace

TEST_CASE("neighbours of one type are one entry, whatever their order") {
    MemoryMap map;
    map.add(range(0x2000, 0x2fff), ram);
    map.add(range(0x0000, 0x0fff), ram);
    map.add(range(0x3000, 0x3fff), reserved);
    map.add(range(0x1000, 0x1fff), ram);
    CHECK(entries(map) ==
          std::vector<MemoryRange>{{range(0, 0x2fff), ram}, {range(0x3000, 0x3fff), reserved}});
}

TEST_CASE("where two types overlap the later one in the list of types wins") {
    MemoryMap map;
    map.add(range(0x1000, 0x8fff), ram);
    map.add(range(0x3000, 0x3fff), tables);
    map.add(range(0x2000, 0x9fff), reserved);
    map.add(range(0x0000, 0x9fff), ram);
    CHECK(entries(map) == std::vector<MemoryRange>{{range(0, 0x1fff), ram},
                                                   {range(0x2000, 0x2fff), reserved},
                                                   {range(0x3000, 0x3fff), tables},
                                                   {range(0x4000, 0x9fff), reserved}});
}

TEST_CASE("the ends of the address space are held") {
    MemoryMap map;
    map.add(range(0, 0), ram);
    map.add(range(UINT64_MAX, UINT64_MAX), ram);
    map.add(range(UINT64_MAX - 1, UINT64_MAX), reserved);
    map.add(Range::everything(), ram);
    CHECK(entries(map) == std::vector<MemoryRange>{{range(0, UINT64_MAX - 2), ram},
                                                   {range(UINT64_MAX - 1, UINT64_MAX), reserved}});
    map.remove(range(0, 0));
    CHECK(map.of_type(ram) == Ranges{range(1, UINT64_MAX - 2)});
}

TEST_CASE("retyping and removing change only what is in the map") {
    MemoryMap map;
    map.add(range(0x1000, 0x1fff), ram);
    map.add(range(0x4000, 0x5fff), ram);
    map.retype(range(0x1800, 0x4fff), reserved);
    CHECK(map.of_type(reserved) == Ranges{range(0x1800, 0x1fff), range(0x4000, 0x4fff)});
    CHECK(map.of_type(ram) == Ranges{range(0x1000, 0x17ff), range(0x5000, 0x5fff)});
    map.remove(range(0x1400, 0x57ff));
    CHECK(entries(map) ==
          std::vector<MemoryRange>{{range(0x1000, 0x13ff), ram}, {range(0x5800, 0x5fff), ram}});
}

TEST_CASE("a map behaves as an array with a type for each address") {
    constexpr std::uint64_t size = 64;
    std::mt19937 random(1); // the same sequence in each run
    for (int round = 0; round < 200; round++) {
        MemoryMap map;
        std::array<std::optional<MemoryType>, size> model;
        for (int step = 0; step < 30; step++) {
            std::uint64_t first = random() % size, last = first + random() % (size - first);
            auto type = static_cast<MemoryType>(random() % 8);
            unsigned action = random() % 4;
            action < 2    ? map.add(range(first, last), type)
            : action == 2 ? map.retype(range(first, last), type)
                          : map.remove(range(first, last));
            for (std::uint64_t i = first; i <= last; i++)
                model[i] = action == 3   ? std::nullopt
                           : !model[i]   ? (action == 2 ? std::nullopt : std::optional(type))
                           : action == 2 ? std::optional(type)
                                         : std::max(model[i], std::optional(type));
            std::array<std::optional<MemoryType>, size> seen;
            std::optional<MemoryRange> before;
            for (const MemoryRange &entry : map) {
                bool sorted = !before || before->range.last() < entry.range.first();
                bool merged =
                    !before || before->type != entry.type || before->range.last() + 1 < entry.range.first();
                REQUIRE((sorted && merged));
                for (std::uint64_t i = entry.range.first(); i <= entry.range.last(); i++)
                    seen.at(i) = entry.type;
                before = entry;
            }
            REQUIRE(seen == model);
        }
    }
}

TEST_CASE("the firmware's map is read in the order of its numbers, with every kind of memory") {
    Files files;
    add_memmap(files, 0, range(0, 0x9ffff), "System RAM");
    add_memmap(files, 1, range(0xf0000, 0xfffff), "reserved");
    add_memmap(files, 2, range(0x100000, 0x1fffff), "System RAM");
    add_memmap(files, 3, range(0x200000, 0x2fffff), "ACPI Tables");
    add_memmap(files, 4, range(0x300000, 0x3fffff), "ACPI Non-volatile Storage");
    add_memmap(files, 5, range(0x400000, 0x4fffff), "Unusable memory");
    add_memmap(files, 6, range(0x500000, 0x5fffff), "Persistent Memory");
    add_memmap(files, 7, range(0x600000, 0x6fffff), "Persistent Memory (legacy)");
    add_memmap(files, 8, range(0x700000, 0x7fffff), "Soft Reserved");
    add_memmap(files, 9, range(0x800000, 0x8fffff), "Unknown E820 type");
    add_memmap(files, 10, range(0x900000, 0x9fffff), "a kind of a later kernel");
    add_memmap(files, 11, range(0xa00000, 0xafffff), "Reserved");
    MemoryMap map = map_of(files).value();
    CHECK(map.of_type(ram) == Ranges{range(0, 0x9ffff), range(0x100000, 0x1fffff)});
    CHECK(map.of_type(reserved) == Ranges{range(0xf0000, 0xfffff), range(0x800000, 0xafffff)});
    CHECK(map.of_type(tables) == Ranges{range(0x200000, 0x2fffff)});
    CHECK(map.of_type(MemoryType::acpi_nvs) == Ranges{range(0x300000, 0x3fffff)});
    CHECK(map.of_type(MemoryType::unusable) == Ranges{range(0x400000, 0x4fffff)});
    CHECK(map.of_type(MemoryType::persistent) == Ranges{range(0x500000, 0x5fffff)});
    CHECK(map.of_type(MemoryType::persistent_legacy) == Ranges{range(0x600000, 0x6fffff)});
    CHECK(map.of_type(MemoryType::soft_reserved) == Ranges{range(0x700000, 0x7fffff)});
}

TEST_CASE("entries of the firmware that overlap are sorted out") {
    Files files;
    add_memmap(files, 0, range(0x100000, 0x8fffff), "System RAM");
    add_memmap(files, 1, range(0x800000, 0x9fffff), "Reserved");
    add_memmap(files, 2, range(0x200000, 0x2fffff), "System RAM");
    MemoryMap map = map_of(files).value();
    CHECK(map.of_type(ram) == Ranges{range(0x100000, 0x7fffff)});
    CHECK(map.of_type(reserved) == Ranges{range(0x800000, 0x9fffff)});
}

TEST_CASE("an entry of no bytes is passed over, and no entry at all is a missing file") {
    Files files = {{"/sys/firmware/memmap/0/start", "0x5000\n"},
                   {"/sys/firmware/memmap/0/end", "0x4fff\n"},
                   {"/sys/firmware/memmap/0/type", "System RAM\n"}};
    REQUIRE_FALSE(map_of(files));
    CHECK(map_of(files).error().cause == Cause::missing_file);
    CHECK(map_of({}).error().cause == Cause::missing_file);
    add_memmap(files, 1, range(0x1000, 0x1fff), "System RAM");
    CHECK(map_of(files).value().size() == 1);
}

TEST_CASE("an entry that makes no sense is an error that names it") {
    struct Case {
        const char *file, *text;
    };
    for (auto [file, text] : {Case{"start", "zero\n"}, Case{"end", "0x10000000000000000\n"}, Case{"end", ""},
                              Case{"end", "0xfff\n"}, Case{"start", "0x1000 0x2000\n"}}) {
        INFO(file << " " << text);
        Files files;
        add_memmap(files, 7, range(0x5000, 0x5fff), "System RAM");
        files[std::string("/sys/firmware/memmap/7/") + file] = text;
        auto map = map_of(files);
        REQUIRE_FALSE(map);
        CHECK(map.error().cause == Cause::other);
        CHECK(has(map.error().what, "/sys/firmware/memmap/7"));
    }
    for (const char *file : {"start", "end", "type"}) {
        Files files;
        add_memmap(files, 7, range(0x5000, 0x5fff), "System RAM");
        files.erase(std::string("/sys/firmware/memmap/7/") + file);
        CHECK(has(map_of(files).error().what, std::string("/sys/firmware/memmap/7/") + file));
    }
}

TEST_CASE("10000 entries of the firmware are read in a moment") {
    Files files;
    for (unsigned i = 0; i < 10000; i++)
        add_memmap(files, i, range(std::uint64_t{i} << 20, (std::uint64_t{i} << 20) + 0xfffff),
                   i % 2 ? "Reserved" : "System RAM");
    Snapshot snapshot = snapshot_of(files);
    std::clock_t start = std::clock();
    CHECK(firmware_memory_map(snapshot).value().size() == 10000);
    CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC);
}
