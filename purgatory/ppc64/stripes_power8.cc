// SPDX-License-Identifier: GPL-2.0-or-later
// Striped digests with the vector instructions of POWER8: four lanes at once, whose variables and schedules
// fill 24 of the 32 registers.
#include "purgatory/ppc64/vector_words.h"

using Lanes = purgatory::Words;
#define WITH_LANES gnu::always_inline

#include "purgatory/lane_rounds.h"
#include "purgatory/ppc64/stripes_power8.h"

namespace purgatory {

namespace {

// vsel: where a bit of the first operand is set, that of the second, else that of the third.
inline Lanes choose(Lanes x, Lanes y, Lanes z) {
    Lanes result;
    asm("vsel %0, %3, %2, %1" : "=v"(result) : "v"(x), "v"(y), "v"(z));
    return result;
}
inline Lanes majority(Lanes x, Lanes y, Lanes z) { return choose(x ^ y, z, y); }
inline Lanes big_sigma0(Lanes x) { return sigma<1, 0>(x); }
inline Lanes big_sigma1(Lanes x) { return sigma<1, 1>(x); }
inline Lanes small_sigma0(Lanes x) { return sigma<0, 0>(x); }
inline Lanes small_sigma1(Lanes x) { return sigma<0, 1>(x); }

inline Lanes in_all_lanes(const uint32_t *constants, size_t i) {
    Lanes four;
    __builtin_memcpy(&four, __builtin_assume_aligned(constants + i / 4 * 4, 16), sizeof four);
    uint32_t number = i % 4;
    return __builtin_shuffle(four, Lanes{number, number, number, number});
}

// Four words of each of four lanes: what was a row becomes a column.
inline void load_quarters(Lanes *words, const uint8_t *quarters) {
    const Lanes low = {0, 4, 1, 5}, high = {2, 6, 3, 7};
    Lanes a = load_big_endian(quarters), b = load_big_endian(quarters + 64);
    Lanes c = load_big_endian(quarters + 128), d = load_big_endian(quarters + 192);
    Lanes first_ac = __builtin_shuffle(a, c, low), first_bd = __builtin_shuffle(b, d, low);
    Lanes last_ac = __builtin_shuffle(a, c, high), last_bd = __builtin_shuffle(b, d, high);
    words[0] = __builtin_shuffle(first_ac, first_bd, low);
    words[1] = __builtin_shuffle(first_ac, first_bd, high);
    words[2] = __builtin_shuffle(last_ac, last_bd, low);
    words[3] = __builtin_shuffle(last_ac, last_bd, high);
}

inline void load_blocks(Lanes *words, const uint8_t *blocks) {
    load_quarters(words, blocks);
    load_quarters(words + 4, blocks + 16);
    load_quarters(words + 8, blocks + 32);
    load_quarters(words + 12, blocks + 48);
}

} // namespace

void sha256_stripes_power8(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count) {
    work_stripes(states, stripes, count);
}

} // namespace purgatory
