// SPDX-License-Identifier: GPL-2.0-or-later
// The translation tables of stage 1 that the purgatory runs with while it hashes: VMSAv8-64 with a 4 KiB
// granule and 48 address bits (Arm ARM, D8), every address mapped to itself as Normal write-back memory.
// Mapped are the blob and one window into the region being hashed, to the page: what is not mapped cannot be
// read, not even speculatively. Only data structures: nothing here touches the processor.
#pragma once

#include "purgatory/arm64/tables.h"

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

namespace purgatory {

constexpr uint64_t page_size = 4096;
constexpr size_t entries_per_table = 512;

struct Table {
    uint64_t entries[entries_per_table];
};
static_assert(sizeof(Table) == page_size);

constexpr size_t table_count = TABLE_COUNT;

// Addresses have 48 bits at most.
constexpr uint64_t address_limit = uint64_t{1} << 48;

enum class Regime {
    two_privileges, // EL1&0, and EL2&0 of a processor with HCR_EL2.E2H set
    one_privilege,  // EL2
};

// First byte, and the one behind the last. Below address_limit.
struct Extent {
    uint64_t begin, end;
};

class Translation {
public:
    // `all` are table_count tables, the first one being the top level, all addressable at their physical
    // addresses.
    Translation(Table *all, Regime regime);

    // The blob's code is mapped read-only and executable, its tables and stack writable and not executable.
    // Both begin and end at page boundaries. To be called once.
    void map_blob(Extent code, Extent writable);

    // Maps, read-only, the pages of as much of the extent as one window can hold, in addition to the blob,
    // and returns how many of its bytes these are: up to the next multiple of 1 GiB. No other window may be
    // open.
    uint64_t open_window(Extent extent);

    // Nothing but the blob is mapped any more. The processor may still know the translations.
    void close_window();

private:
    Table *take();
    Table *step_down(uint64_t &entry, uint64_t mark);
    uint64_t &block_entry(uint64_t address, uint64_t mark);
    void map_pages(Extent extent, uint64_t leaf, uint64_t mark);
    void map_block(Extent extent, uint64_t leaf, uint64_t mark);

    Table *tables;
    size_t used = 0, used_by_blob = 0;
    uint64_t code_bits, data_bits, window_bits;
};

} // namespace purgatory

#pragma GCC visibility pop
