// SPDX-License-Identifier: GPL-2.0-or-later
// The two ways in which x86_64 works several lanes of a striped digest at once.
#pragma once

#include "purgatory/sha256.h"

#pragma GCC visibility push(hidden)

namespace purgatory {

void sha256_stripes_sse2(uint32_t (*states)[lane_count], const uint8_t *stripes,
                         size_t count); // four at once, twice
void sha256_stripes_avx2(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count); // all eight

} // namespace purgatory

#pragma GCC visibility pop
