// SPDX-License-Identifier: GPL-2.0-or-later
// What lane_rounds.h leaves to the machine, by the operations that vectors of every length have: whoever
// includes this has defined one.
#pragma once

#include "purgatory/lane_rounds.h"

namespace purgatory {

namespace {

[[WITH_LANES]] inline Lanes rotate_right(Lanes value, int bits) {
    return value >> bits | value << (32 - bits);
}

[[WITH_LANES]] inline Lanes choose(Lanes x, Lanes y, Lanes z) { return z ^ (x & (y ^ z)); }
[[WITH_LANES]] inline Lanes majority(Lanes x, Lanes y, Lanes z) { return (x & y) | (z & (x | y)); }
[[WITH_LANES]] inline Lanes big_sigma0(Lanes x) {
    return rotate_right(x, 2) ^ rotate_right(x, 13) ^ rotate_right(x, 22);
}
[[WITH_LANES]] inline Lanes big_sigma1(Lanes x) {
    return rotate_right(x, 6) ^ rotate_right(x, 11) ^ rotate_right(x, 25);
}
[[WITH_LANES]] inline Lanes small_sigma0(Lanes x) {
    return rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
}
[[WITH_LANES]] inline Lanes small_sigma1(Lanes x) {
    return rotate_right(x, 17) ^ rotate_right(x, 19) ^ x >> 10;
}

[[WITH_LANES]] inline Lanes in_all_lanes(const uint32_t *constants, size_t i) {
    return Lanes{} + constants[i];
}

[[WITH_LANES]] inline void load_blocks(Lanes *words, const uint8_t *blocks) {
    for (size_t i = 0; i < 16; i++) {
        Lanes from = {};
        for (size_t lane = 0; lane < lanes_at_once; lane++) {
            uint32_t word;
            __builtin_memcpy(&word, blocks + 64 * lane + 4 * i, 4);
            from[lane] = word;
        }
        words[i] = from << 24 | (from & 0xff00) << 8 | (from >> 8 & 0xff00) | from >> 24;
    }
}

} // namespace

} // namespace purgatory
