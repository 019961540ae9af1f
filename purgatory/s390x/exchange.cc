// SPDX-License-Identifier: GPL-2.0-or-later
// A crash kernel of s390x runs at address 0: the memory reserved for it changes places with the bottom of
// memory, so that nothing of the dead kernel is lost (arch/s390/kernel/crash_dump.c reads it so).
#include "purgatory/s390x/exchange.h"

namespace {

// As much as one instruction copies.
struct Chunk {
    uint8_t bytes[256];
};

} // namespace

void purgatory_exchange(uint8_t *one, uint8_t *other, uint64_t size) {
    auto *a = reinterpret_cast<Chunk *>(one), *b = reinterpret_cast<Chunk *>(other);
    for (uint64_t i = 0; i < size / sizeof(Chunk); i++) {
        Chunk kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}
