// SPDX-License-Identifier: GPL-2.0-or-later
// Striped digests with AVX2: all eight lanes at once.
#include <stdint.h>

using Lanes [[gnu::vector_size(32)]] = uint32_t;
#define WITH_LANES gnu::always_inline, gnu::target("avx2")

#include "purgatory/x86_64/lane_rounds.h"

namespace purgatory {

[[gnu::target("avx2")]] void sha256_stripes_avx2(uint32_t (*states)[lane_count], const uint8_t *stripes,
                                                 size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t lane = 0; lane < lane_count; lane += lanes_at_once)
            work_blocks(states, lane, stripes + stripe_size * i);
}

} // namespace purgatory
