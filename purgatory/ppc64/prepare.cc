// SPDX-License-Identifier: GPL-2.0-or-later
// Everything on ppc64 between entry and hand-over: verification with its messages, then the backup copy.
#include "purgatory/prepare.h"

#include "purgatory/ppc64/terminal.h"

namespace purgatory {

namespace {

size_t find_altered(const OwnParameters &parameters, uint8_t (&found)[32]) {
    return find_altered_region(parameters, found);
}

// The source is the bottom of memory, which no C++ pointer may name. Both sizes are multiples of 8.
void copy(const Backup<uint64_t> &backup) {
    for (uint64_t at = 0; at < backup.size; at += 8) {
        uint64_t word;
        asm volatile("ld %0, 0(%1)" : "=r"(word) : "b"(backup.source + at) : "memory");
        asm volatile("std %0, 0(%1)" : : "r"(word), "b"(backup.destination + at) : "memory");
    }
}

} // namespace

} // namespace purgatory

// Called by entry.S: 0 when the new kernel is to be entered, else the machine is to stop.
extern "C" int purgatory_prepare() {
    return purgatory::prepare<purgatory::Terminal>(purgatory::find_altered, purgatory::copy);
}
