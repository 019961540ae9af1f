// SPDX-License-Identifier: GPL-2.0-or-later
// Striped digests with AVX2: all eight lanes at once.
#include <stdint.h>

using Lanes [[gnu::vector_size(32)]] = uint32_t;
#define WITH_LANES gnu::always_inline, gnu::target("avx2")

#include "purgatory/x86_64/lane_operations.h"
#include "purgatory/x86_64/lanes.h"

[[gnu::target("avx2")]] void purgatory::sha256_stripes_avx2(uint32_t (*states)[lane_count],
                                                            const uint8_t *stripes, size_t count) {
    work_stripes(states, stripes, count);
}
