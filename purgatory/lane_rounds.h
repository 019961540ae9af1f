// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 (FIPS 180-4, 6.2.2) of as many lanes as a vector has words of 32 bits. Whoever includes this has
// defined the vector, Lanes, and WITH_LANES, the attributes of a function that works with it: a template
// could not have them. What is declared first here is the machine's to define.
#pragma once

#include "purgatory/sha256.h"

namespace purgatory {

namespace {

// FIPS 180-4, section 4.1.2, in each lane.
[[WITH_LANES]] inline Lanes choose(Lanes x, Lanes y, Lanes z);
[[WITH_LANES]] inline Lanes majority(Lanes x, Lanes y, Lanes z);
[[WITH_LANES]] inline Lanes big_sigma0(Lanes x);
[[WITH_LANES]] inline Lanes big_sigma1(Lanes x);
[[WITH_LANES]] inline Lanes small_sigma0(Lanes x);
[[WITH_LANES]] inline Lanes small_sigma1(Lanes x);

// constants[i] in every lane. `constants` is a multiple of 16 bytes from an aligned table's start.
[[WITH_LANES]] inline Lanes in_all_lanes(const uint32_t *constants, size_t i);

// The sixteen words of each lane's block, which stand in big endian order, blocks one behind the other.
[[WITH_LANES]] inline void load_blocks(Lanes *words, const uint8_t *blocks);

constexpr size_t lanes_at_once = sizeof(Lanes) / 4;

[[WITH_LANES]] inline Lanes load_lanes(const uint32_t *from) {
    Lanes lanes;
    __builtin_memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

// Word i of the next sixteen of the schedule takes the place of word i.
[[WITH_LANES]] inline void extend(Lanes *words, size_t i) {
    words[i] += small_sigma0(words[(i + 1) % 16]) + words[(i + 9) % 16] + small_sigma1(words[(i + 14) % 16]);
}

[[WITH_LANES]] inline void extend_all(Lanes *words) {
    extend(words, 0), extend(words, 1), extend(words, 2), extend(words, 3);
    extend(words, 4), extend(words, 5), extend(words, 6), extend(words, 7);
    extend(words, 8), extend(words, 9), extend(words, 10), extend(words, 11);
    extend(words, 12), extend(words, 13), extend(words, 14), extend(words, 15);
}

// As in sha256.cc, the caller renames the variables: the new `e` is in d and the new `a` in h.
[[WITH_LANES]] inline void work_round(Lanes a, Lanes b, Lanes c, Lanes &d, Lanes e, Lanes f, Lanes g,
                                      Lanes &h, Lanes input) {
    h += big_sigma1(e) + choose(e, f, g) + input;
    d += h;
    h += big_sigma0(a) + majority(a, b, c);
}

struct Variables {
    Lanes a, b, c, d, e, f, g, h;
};

[[WITH_LANES]] inline void work_eight_rounds(Variables &v, const Lanes *w, const uint32_t *k) {
    work_round(v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h, w[0] + in_all_lanes(k, 0));
    work_round(v.h, v.a, v.b, v.c, v.d, v.e, v.f, v.g, w[1] + in_all_lanes(k, 1));
    work_round(v.g, v.h, v.a, v.b, v.c, v.d, v.e, v.f, w[2] + in_all_lanes(k, 2));
    work_round(v.f, v.g, v.h, v.a, v.b, v.c, v.d, v.e, w[3] + in_all_lanes(k, 3));
    work_round(v.e, v.f, v.g, v.h, v.a, v.b, v.c, v.d, w[4] + in_all_lanes(k, 4));
    work_round(v.d, v.e, v.f, v.g, v.h, v.a, v.b, v.c, w[5] + in_all_lanes(k, 5));
    work_round(v.c, v.d, v.e, v.f, v.g, v.h, v.a, v.b, w[6] + in_all_lanes(k, 6));
    work_round(v.b, v.c, v.d, v.e, v.f, v.g, v.h, v.a, w[7] + in_all_lanes(k, 7));
}

[[WITH_LANES]] inline void add_to(uint32_t *to, Lanes more) {
    more += load_lanes(to);
    __builtin_memcpy(to, &more, sizeof more);
}

// A block of each lane from `first` on.
[[WITH_LANES]] inline void work_blocks(uint32_t (*states)[lane_count], size_t first, const uint8_t *blocks) {
    Lanes words[16];
    load_blocks(words, blocks + 64 * first);
    Variables v = {load_lanes(states[0] + first), load_lanes(states[1] + first),
                   load_lanes(states[2] + first), load_lanes(states[3] + first),
                   load_lanes(states[4] + first), load_lanes(states[5] + first),
                   load_lanes(states[6] + first), load_lanes(states[7] + first)};
    for (const uint32_t *k = sha256_constants;; k += 16) {
        work_eight_rounds(v, words, k);
        work_eight_rounds(v, words + 8, k + 8);
        if (k == sha256_constants + 48)
            break;
        extend_all(words);
    }
    add_to(states[0] + first, v.a), add_to(states[1] + first, v.b), add_to(states[2] + first, v.c);
    add_to(states[3] + first, v.d), add_to(states[4] + first, v.e), add_to(states[5] + first, v.f);
    add_to(states[6] + first, v.g), add_to(states[7] + first, v.h);
}

[[WITH_LANES]] inline void work_stripes(uint32_t (*states)[lane_count], const uint8_t *stripes,
                                        size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t lane = 0; lane < lane_count; lane += lanes_at_once)
            work_blocks(states, lane, stripes + stripe_size * i);
}

} // namespace

} // namespace purgatory
