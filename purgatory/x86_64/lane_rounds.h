// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 (FIPS 180-4, 6.2.2) of as many lanes as a vector has words of 32 bits. Whoever includes this has
// defined the vector, Lanes, and WITH_LANES, the attributes of a function that works with it: a template
// could not have them.
#pragma once

#include "purgatory/x86_64/lanes.h"

namespace purgatory {

namespace {

constexpr size_t lanes_at_once = sizeof(Lanes) / 4;

[[WITH_LANES]] inline Lanes load(const uint32_t *from) {
    Lanes lanes;
    __builtin_memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

// One word of each lane's block, in big endian order.
[[WITH_LANES]] inline Lanes load_words(const uint8_t *block) {
    Lanes words = {};
    for (size_t i = 0; i < lanes_at_once; i++) {
        uint32_t word;
        __builtin_memcpy(&word, block + 64 * i, 4);
        words[i] = word;
    }
    return words << 24 | (words & 0xff00) << 8 | (words >> 8 & 0xff00) | words >> 24;
}

[[WITH_LANES]] inline Lanes rotate_right(Lanes value, int bits) {
    return value >> bits | value << (32 - bits);
}

// Word i of the next sixteen of the schedule takes the place of word i.
[[WITH_LANES]] inline void extend(Lanes *words, size_t i) {
    Lanes a = words[(i + 1) % 16], b = words[(i + 14) % 16];
    words[i] += (rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3) + words[(i + 9) % 16] +
                (rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10);
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
    h += (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) + (g ^ (e & (f ^ g))) + input;
    d += h;
    h += (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) + ((a & b) | (c & (a | b)));
}

struct Variables {
    Lanes a, b, c, d, e, f, g, h;
};

[[WITH_LANES]] inline void work_eight_rounds(Variables &v, const Lanes *w, const uint32_t *k) {
    work_round(v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h, w[0] + k[0]);
    work_round(v.h, v.a, v.b, v.c, v.d, v.e, v.f, v.g, w[1] + k[1]);
    work_round(v.g, v.h, v.a, v.b, v.c, v.d, v.e, v.f, w[2] + k[2]);
    work_round(v.f, v.g, v.h, v.a, v.b, v.c, v.d, v.e, w[3] + k[3]);
    work_round(v.e, v.f, v.g, v.h, v.a, v.b, v.c, v.d, w[4] + k[4]);
    work_round(v.d, v.e, v.f, v.g, v.h, v.a, v.b, v.c, w[5] + k[5]);
    work_round(v.c, v.d, v.e, v.f, v.g, v.h, v.a, v.b, w[6] + k[6]);
    work_round(v.b, v.c, v.d, v.e, v.f, v.g, v.h, v.a, w[7] + k[7]);
}

[[WITH_LANES]] inline void add_to(uint32_t *to, Lanes more) {
    more += load(to);
    __builtin_memcpy(to, &more, sizeof more);
}

// A block of each lane from `first` on.
[[WITH_LANES]] inline void work_blocks(uint32_t (*states)[lane_count], size_t first, const uint8_t *blocks) {
    Lanes words[16];
    for (size_t i = 0; i < 16; i++)
        words[i] = load_words(blocks + 64 * first + 4 * i);
    Variables v = {load(states[0] + first), load(states[1] + first), load(states[2] + first),
                   load(states[3] + first), load(states[4] + first), load(states[5] + first),
                   load(states[6] + first), load(states[7] + first)};
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

} // namespace

} // namespace purgatory
