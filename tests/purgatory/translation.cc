// SPDX-License-Identifier: GPL-2.0-or-later
// The tables that arm64's purgatory makes, walked as the processor would: what is mapped, to the page, and
// with which rights.
#include "purgatory/arm64/translation.h"

#include "tests/catch.h"

#include <map>
#include <set>
#include <vector>

using namespace purgatory;

namespace {

constexpr uint64_t mib = 1 << 20, gib = 1 << 30;

// Bits of descriptors, independently of the code under test.
constexpr uint64_t normal_accessed_shareable = 0x701, read_only = 1 << 7, ap_1 = 1 << 6;
constexpr uint64_t pxn = uint64_t{1} << 53, uxn = uint64_t{1} << 54;
constexpr uint64_t software_bits = uint64_t{0xf} << 55;

using Pages = std::map<uint64_t, uint64_t>; // address and the bits beside it

// Tables that hold rubbish, and one behind them that must keep it.
class Tables {
public:
    Tables() : memory((table_count + 2) * entries_per_table, rubbish) {
        auto address = reinterpret_cast<uintptr_t>(memory.data());
        tables = reinterpret_cast<Table *>((address + page_size - 1) / page_size * page_size);
    }
    Table *get() { return tables; }

    bool overflown() const {
        for (uint64_t entry : tables[table_count].entries) {
            if (entry != rubbish)
                return true;
        }
        return false;
    }

    Pages pages() const {
        Pages found;
        walk(tables[0], 0, 0, found);
        return found;
    }

private:
    static constexpr uint64_t rubbish = 0x6b6b6b6b6b6b6b6b;

    void walk(const Table &table, int level, uint64_t base, Pages &found) const {
        for (uint64_t i = 0; i < entries_per_table; i++) {
            uint64_t entry = table.entries[i], size = uint64_t{1} << (39 - 9 * level);
            uint64_t target = entry & 0x0000fffffffff000, start = base + i * size;
            if ((entry & 1) == 0) {
                REQUIRE(entry == 0);
            } else if (level < 3 && (entry & 2) != 0) {
                auto *next = reinterpret_cast<const Table *>(static_cast<uintptr_t>(target));
                REQUIRE(next > tables);
                REQUIRE(next < tables + table_count);
                walk(*next, level + 1, start, found);
            } else {
                REQUIRE(level >= 2);
                REQUIRE((level == 3) == ((entry & 2) != 0));
                REQUIRE(target == start);
                for (uint64_t page = start; page < start + size; page += page_size)
                    found[page] = entry & ~(0x0000fffffffff000 | software_bits | 2);
            }
        }
    }

    std::vector<uint64_t> memory;
    Table *tables;
};

void add(Pages &pages, Extent extent, uint64_t bits) {
    for (uint64_t page = extent.begin / page_size * page_size; page < extent.end; page += page_size)
        pages.insert({page, bits});
}

constexpr uint64_t code_bits = normal_accessed_shareable | read_only | uxn;
constexpr uint64_t data_bits = normal_accessed_shareable | uxn | pxn;
constexpr uint64_t window_bits = normal_accessed_shareable | read_only | uxn | pxn;

// A blob with two pages of code and twelve that are written.
struct Mapped {
    explicit Mapped(uint64_t address, Regime regime = Regime::two_privileges)
        : translation(tables.get(), regime) {
        Extent code{address, address + 2 * page_size}, data{code.end, code.end + 12 * page_size};
        translation.map_blob(code, data);
        add(own, code, code_bits);
        add(own, data, data_bits);
    }

    // That the blob and this extent are mapped, and nothing else.
    void check(Extent extent) const {
        Pages wanted = own;
        add(wanted, extent, window_bits);
        CHECK(tables.pages() == wanted);
        CHECK(!tables.overflown());
    }

    Tables tables;
    Translation translation;
    Pages own;
};

// Opens windows over the whole extent, one after the other, and checks each of them.
void check_all(Mapped &it, Extent extent, std::size_t windows) {
    std::size_t count = 0;
    for (uint64_t at = extent.begin; at < extent.end; count++) {
        it.translation.close_window();
        uint64_t size = it.translation.open_window({at, extent.end});
        REQUIRE(size != 0);
        REQUIRE(size <= extent.end - at);
        it.check({at, at + size});
        at += size;
    }
    CHECK(count == windows);
    it.translation.close_window();
    CHECK(it.tables.pages() == it.own);
}

// Where a blob may lie, among it so that it crosses boundaries of every level.
const uint64_t addresses[] = {page_size,
                              0x44001000,
                              2 * mib - 3 * page_size,
                              3 * gib - page_size,
                              512 * gib - 8 * page_size,
                              address_limit - 14 * page_size};

} // namespace

TEST_CASE("the blob alone: code read-only and executable, the rest writable and not executable") {
    for (uint64_t address : addresses)
        CHECK(Mapped(address).tables.pages() == Mapped(address).own);
}

TEST_CASE("in a regime of one privilege AP[1] is set and PXN is not") {
    Mapped it(0x44001000, Regime::one_privilege);
    it.translation.open_window({0x50000000, 0x50001000});
    Pages pages = it.tables.pages();
    CHECK(pages.at(0x44001000) == (normal_accessed_shareable | ap_1 | read_only));
    CHECK(pages.at(0x44003000) == (normal_accessed_shareable | ap_1 | uxn));
    CHECK(pages.at(0x50000000) == (normal_accessed_shareable | ap_1 | read_only | uxn));
    CHECK(pages.size() == it.own.size() + 1);
}

TEST_CASE("a region is mapped to the page and not beyond, wherever blob and region lie") {
    for (uint64_t address : addresses) {
        Mapped it(address);
        check_all(it, {0x80001001, 0x80001002}, 1);
        check_all(it, {0x801ff000, 0x80201000}, 1); // across blocks
        check_all(it, {0x80200000, 0x80400000}, 1); // one block
        check_all(it, {0x801ff123, 0x80a00fff}, 1); // edges and whole blocks
        check_all(it, {0xbffff000, 0xc0000001}, 2); // across windows
        check_all(it, {address_limit - page_size, address_limit}, 1);
        check_all(it, {600 * gib - 1, 600 * gib + 1}, 2);
        check_all(it, {512 * gib - 3 * mib, 512 * gib + 3 * mib}, 2);
    }
}

TEST_CASE("a region of many hundreds of megabytes takes a window for each gigabyte") {
    Mapped it(0x44001000);
    check_all(it, {0x7ffff000, 0x7ffff000 + 1500 * mib}, 3);
}

TEST_CASE("sixteen regions one after the other, far from each other") {
    Mapped it(512 * gib - 8 * page_size);
    for (uint64_t i = 0; i < 16; i++)
        check_all(it, {i * 17 * gib * 100 + 0x1ff000, i * 17 * gib * 100 + 5 * mib + 77}, 1);
}

TEST_CASE("what a region shares with the blob keeps the blob's rights") {
    Mapped it(0x44001000);
    check_all(it, {0x44000000, 0x44001000}, 1);
    check_all(it, {0x4400f000, 0x44010000}, 1);
    check_all(it, {0x44000000, 0x44200000}, 1); // its whole block
    check_all(it, {0x40000000, 0x80000000}, 1); // its whole gigabyte
}
