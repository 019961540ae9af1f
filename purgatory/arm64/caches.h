// SPDX-License-Identifier: GPL-2.0-or-later
// Hashing with MMU and caches on, where the processor allows it.
#pragma once

#include "purgatory/verify.h"

#pragma GCC visibility push(hidden)

namespace purgatory {

// What find_altered_region() does. The caches are on meanwhile unless flag::caches_off is set, the processor
// has no pages of 4 KiB, or something lies where it or the tables cannot address it.
size_t find_altered_in_caches(const OwnParameters &parameters, uint8_t (&found)[32]);

} // namespace purgatory

#pragma GCC visibility pop
