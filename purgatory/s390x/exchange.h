// SPDX-License-Identifier: GPL-2.0-or-later
// Two pieces of memory change places.
#pragma once

#include <stddef.h>
#include <stdint.h>

// `size` is a multiple of 256 bytes, and the pieces do not overlap.
extern "C" [[gnu::visibility("hidden")]] void purgatory_exchange(uint8_t *one, uint8_t *other, uint64_t size);
