// SPDX-License-Identifier: GPL-2.0-or-later
// Striped digests with the vector instructions that every x86_64 has: four lanes at once.
#include <stdint.h>

using Lanes [[gnu::vector_size(16)]] = uint32_t;
#define WITH_LANES gnu::always_inline

#include "purgatory/x86_64/lane_operations.h"
#include "purgatory/x86_64/lanes.h"

void purgatory::sha256_stripes_sse2(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count) {
    work_stripes(states, stripes, count);
}
