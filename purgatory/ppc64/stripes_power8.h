// SPDX-License-Identifier: GPL-2.0-or-later
// Lanes of a striped digest, four at once twice, where the processor has vshasigmaw.
#pragma once

#include "purgatory/sha256.h"

#pragma GCC visibility push(hidden)

namespace purgatory {

void sha256_stripes_power8(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count);

} // namespace purgatory

#pragma GCC visibility pop
