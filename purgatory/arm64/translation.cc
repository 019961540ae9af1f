// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the Arm ARM, D8.3 (translation table descriptors) and D8.4 (memory access control).
#include "purgatory/arm64/translation.h"

namespace purgatory {

namespace {

constexpr uint64_t block_size = uint64_t{2} << 20, window_size = uint64_t{1} << 30;

// Every descriptor.
constexpr uint64_t valid = 1 << 0;
constexpr uint64_t table_or_page = 1 << 1; // on levels 0 to 2 a table and else a block; on level 3 always set
constexpr uint64_t address_bits = 0x0000fffffffff000;

// Leaves. AttrIndx 0 is Normal write-back memory (caches.S writes MAIR so).
constexpr uint64_t ap_1 = 1 << 6; // access from EL0; RES1 in a regime of one privilege
constexpr uint64_t ap_2 = 1 << 7; // read-only
constexpr uint64_t inner_shareable = 3 << 8;
constexpr uint64_t accessed = 1 << 10; // no fault on first use
constexpr uint64_t pxn =
    uint64_t{1} << 53; // not executable at the higher privilege; RES0 where there is but one
constexpr uint64_t uxn =
    uint64_t{1} << 54; // not executable at EL0, or at all where there is but one privilege

// Ignored by hardware, bits 55 to 58: this entry exists for the window.
constexpr uint64_t of_window = uint64_t{1} << 55;

constexpr uint64_t normal = valid | inner_shareable | accessed;

size_t index_on_level(int level, uint64_t address) { return address >> (39 - 9 * level) & 511; }

uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

} // namespace

Translation::Translation(Table *all, Regime regime) : tables(all) {
    bool two = regime == Regime::two_privileges;
    uint64_t common = normal | (two ? 0 : ap_1);
    uint64_t never_executed = two ? uxn | pxn : uxn;
    code_bits = common | ap_2 | (two ? uxn : 0);
    data_bits = common | never_executed;
    window_bits = common | ap_2 | never_executed;
    take();
}

// What the table held before does not matter: the blob's own memory is under no digest.
Table *Translation::take() {
    Table *table = &tables[used++];
    for (uint64_t &entry : table->entries)
        entry = 0;
    return table;
}

// The table below an entry, made when there is none.
Table *Translation::step_down(uint64_t &entry, uint64_t mark) {
    if (entry == 0)
        entry = reinterpret_cast<uintptr_t>(take()) | valid | table_or_page | mark;
    return reinterpret_cast<Table *>(static_cast<uintptr_t>(entry & address_bits));
}

// The level 2 entry of an address.
uint64_t &Translation::block_entry(uint64_t address, uint64_t mark) {
    Table *level_1 = step_down(tables[0].entries[index_on_level(0, address)], mark);
    Table *level_2 = step_down(level_1->entries[index_on_level(1, address)], mark);
    return level_2->entries[index_on_level(2, address)];
}

// Pages that are mapped already stay as they are: what a region shares with the blob keeps the blob's rights.
void Translation::map_pages(Extent extent, uint64_t leaf, uint64_t mark) {
    Table *level_3 = step_down(block_entry(extent.begin, mark), mark);
    for (uint64_t page = extent.begin; page < extent.end; page += page_size) {
        uint64_t &entry = level_3->entries[index_on_level(3, page)];
        if (entry == 0)
            entry = page | leaf | table_or_page | mark;
    }
}

// An extent within one block; the whole block is one entry unless the blob is in it.
void Translation::map_block(Extent extent, uint64_t leaf, uint64_t mark) {
    if (extent.end - extent.begin == block_size) {
        uint64_t &entry = block_entry(extent.begin, mark);
        if (entry == 0) {
            entry = extent.begin | leaf | mark;
            return;
        }
    }
    map_pages(extent, leaf, mark);
}

void Translation::map_blob(Extent code, Extent writable) {
    for (uint64_t page = code.begin; page < code.end; page += page_size)
        map_pages({page, page + page_size}, code_bits, 0);
    for (uint64_t page = writable.begin; page < writable.end; page += page_size)
        map_pages({page, page + page_size}, data_bits, 0);
    used_by_blob = used;
}

uint64_t Translation::open_window(Extent extent) {
    uint64_t end = smaller(extent.end, (extent.begin / window_size + 1) * window_size);
    uint64_t last_page_end = (end + page_size - 1) / page_size * page_size;
    for (uint64_t at = extent.begin / page_size * page_size; at < last_page_end;) {
        uint64_t block_end = smaller(last_page_end, (at / block_size + 1) * block_size);
        map_block({at, block_end}, window_bits, of_window);
        at = block_end;
    }
    return end - extent.begin;
}

void Translation::close_window() {
    for (size_t i = 0; i < used_by_blob; i++) {
        for (uint64_t &entry : tables[i].entries) {
            if ((entry & of_window) != 0)
                entry = 0;
        }
    }
    used = used_by_blob;
}

} // namespace purgatory
