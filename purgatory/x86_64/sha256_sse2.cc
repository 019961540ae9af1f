// SPDX-License-Identifier: GPL-2.0-or-later
// Striped digests with the vector instructions that every x86_64 has: four lanes at once.
#include <stdint.h>

using Lanes [[gnu::vector_size(16)]] = uint32_t;
#define WITH_LANES gnu::always_inline

#include "purgatory/x86_64/lane_rounds.h"

namespace purgatory {

void sha256_stripes_sse2(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t lane = 0; lane < lane_count; lane += lanes_at_once)
            work_blocks(states, lane, stripes + stripe_size * i);
}

} // namespace purgatory
