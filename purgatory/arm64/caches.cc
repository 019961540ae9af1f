// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the Arm ARM: D8 (the VMSA), D7.5 (cache maintenance), D19.2 (the registers).
#include "purgatory/arm64/caches.h"

#include "purgatory/arm64/registers.h"
#include "purgatory/arm64/system.h"
#include "purgatory/arm64/translation.h"

extern "C" {

// caches.S
using CachedFunction = uint64_t (*)(void *argument);
[[gnu::visibility("hidden")]] uint64_t with_caches_el1(CachedFunction function, void *argument, uint64_t tcr,
                                                       uint64_t ttbr0);
[[gnu::visibility("hidden")]] uint64_t with_caches_el2(CachedFunction function, void *argument, uint64_t tcr,
                                                       uint64_t ttbr0);

// The blob's first byte, its tables, and the end of its stack, which is the blob's end.
[[gnu::visibility("hidden")]] extern const char purgatory_start[];
[[gnu::visibility("hidden")]] extern purgatory::Table purgatory_tables[];
[[gnu::visibility("hidden")]] extern const char purgatory_stack[];
}

namespace purgatory {

namespace {

uint64_t address_of(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer); }

// ID_AA64MMFR0_EL1.PARange: 32, 36, 40, 42, 44, 48 and 52 bits. With a granule of 4 KiB the tables reach 48.
uint64_t encoded_address_size() {
    uint64_t range = read_id_aa64mmfr0_el1() & 15;
    return range < 5 ? range : 5;
}

uint64_t end_of_addresses() {
    uint64_t range = encoded_address_size();
    uint64_t bits = range < 3 ? 32 + 4 * range : range < 5 ? 36 + 2 * range : 48;
    return uint64_t{1} << bits;
}

// ID_AA64MMFR0_EL1.TGran4, bits 31 to 28, is negative where there is no granule of 4 KiB.
bool has_small_pages() { return (read_id_aa64mmfr0_el1() >> 31 & 1) == 0; }

bool all_can_be_mapped(const OwnParameters &parameters) {
    uint64_t end = end_of_addresses();
    for (const auto &region : parameters.regions) {
        if (region.size != 0 && (region.start >= end || region.size > end - region.start))
            return false;
    }
    return address_of(purgatory_stack) <= end;
}

// Bits that TCR_EL1 and both layouts of TCR_EL2 share: 48 bits of addresses, a granule of 4 KiB, tables read
// as Normal write-back inner shareable memory.
constexpr uint64_t tcr_common = 16 | 1 << 8 | 1 << 10 | 3 << 12;

// TTBR1 is not used (EPD1); its granule still has to be one that exists, and so has its size.
constexpr uint64_t tcr_two_privileges = uint64_t{16} << 16 | 1 << 23 | uint64_t{2} << 30;
constexpr uint64_t tcr_one_privilege = 1 << 23 | uint64_t{1} << 31; // RES1

uint64_t make_tcr(Regime regime) {
    if (regime == Regime::two_privileges)
        return tcr_common | tcr_two_privileges | encoded_address_size() << 32;
    return tcr_common | tcr_one_privilege | encoded_address_size() << 16;
}

// A change of the tables is seen by the next access; for entries that were not valid before, barriers do.
void publish_tables() { asm volatile("dsb ish\n\tisb" : : : "memory"); }

void forget_translations() {
    asm volatile("dsb ish" : : : "memory");
    if (is_el2())
        asm volatile("tlbi alle2" : : : "memory");
    else
        asm volatile("tlbi vmalle1" : : : "memory");
    asm volatile("dsb ish\n\tisb" : : : "memory");
}

// The new kernel starts with its caches off, so what counts is what memory holds, not what a line of before
// may say: cleaning and invalidating makes the two the same before they are hashed.
void clean_and_invalidate(uint64_t start, uint64_t size) {
    uint64_t line = 4u << (read_ctr_el0() >> 16 & 15);
    for (uint64_t at = start & ~(line - 1); at < start + size; at += line)
        asm volatile("dc civac, %0" : : "r"(at) : "memory");
    asm volatile("dsb sy" : : : "memory");
}

struct Search {
    const OwnParameters &parameters;
    uint8_t (&found)[32];
    Translation translation;
};

uint64_t open_window(void *context, uint64_t start, uint64_t size) {
    Translation &translation = static_cast<Search *>(context)->translation;
    translation.close_window();
    forget_translations();
    uint64_t opened = translation.open_window({start, start + size});
    publish_tables();
    clean_and_invalidate(start, opened);
    return opened;
}

uint64_t search_in_windows(void *context) {
    auto &search = *static_cast<Search *>(context);
    const Window window = {open_window, context};
    return find_altered_region(search.parameters, search.found, &window);
}

size_t find_with_caches_on(const OwnParameters &parameters, uint8_t (&found)[32]) {
    bool one_privilege = is_el2() && (read_hcr_el2() & hcr_e2h) == 0;
    Regime regime = one_privilege ? Regime::one_privilege : Regime::two_privileges;
    Search search = {parameters, found, Translation(purgatory_tables, regime)};
    uint64_t tables = address_of(purgatory_tables);
    search.translation.map_blob({address_of(purgatory_start), tables}, {tables, address_of(purgatory_stack)});
    auto with_caches = is_el2() ? with_caches_el2 : with_caches_el1;
    return with_caches(search_in_windows, &search, make_tcr(regime), tables);
}

} // namespace

size_t find_altered_in_caches(const OwnParameters &parameters, uint8_t (&found)[32]) {
    bool wanted = (parameters.flags & flag::caches_off) == 0;
    if (wanted && has_small_pages() && all_can_be_mapped(parameters))
        return find_with_caches_on(parameters, found);
    return find_altered_region(parameters, found);
}

} // namespace purgatory
