// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 with vshasigmaw (Power ISA 2.07B, section 6.11.3), which computes one of the four sigma functions
// in each word of a vector. The message schedule is made four words at a time; a round works in every lane
// alike. This is the only file whose code may touch vector registers.
#include "purgatory/sha256.h"

namespace purgatory {

namespace {

using Words [[gnu::vector_size(16)]] = uint32_t;
using Octets [[gnu::vector_size(16)]] = uint8_t;

// The names of FIPS 180-4, section 4.1.2; the capital ones are for the rounds, the small ones for the
// schedule.
#define SIGMA(name, kind, which)                                                                             \
    inline Words name(Words x) {                                                                             \
        Words result;                                                                                        \
        asm("vshasigmaw %0, %1, " #kind ", " #which : "=v"(result) : "v"(x));                                \
        return result;                                                                                       \
    }
SIGMA(capital_sigma0, 1, 0)
SIGMA(capital_sigma1, 1, 15)
SIGMA(small_sigma0, 0, 0)
SIGMA(small_sigma1, 0, 15)

inline Words load(const void *from) {
    Words words;
    __builtin_memcpy(&words, from, sizeof words);
    return words;
}

inline Words load_big_endian(const uint8_t *from) {
    Octets octets = reinterpret_cast<Octets>(load(from));
    return reinterpret_cast<Words>(
        __builtin_shuffle(octets, Octets{3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12}));
}

inline Words in_every_lane(uint32_t word) { return Words{word, word, word, word}; }

// Working variables a to h, each the same in all lanes.
struct State {
    Words a, b, c, d, e, f, g, h;
};

inline void work_round(State &s, Words input) {
    Words choice = (s.e & s.f) | (~s.e & s.g);
    Words majority = (s.a & s.b) | (s.c & (s.a ^ s.b));
    Words first = s.h + capital_sigma1(s.e) + choice + input;
    Words second = capital_sigma0(s.a) + majority;
    s = {first + second, s.a, s.b, s.c, s.d + first, s.e, s.f, s.g};
}

// Four rounds with the words of one quarter of the schedule; `constants` are those of the first of these
// rounds.
inline void work_four_rounds(State &s, Words words, const uint32_t *constants) {
    Words input = words + load(constants);
    work_round(s, __builtin_shuffle(input, Words{0, 0, 0, 0}));
    work_round(s, __builtin_shuffle(input, Words{1, 1, 1, 1}));
    work_round(s, __builtin_shuffle(input, Words{2, 2, 2, 2}));
    work_round(s, __builtin_shuffle(input, Words{3, 3, 3, 3}));
}

// The next four words of the schedule from the sixteen before them, oldest four first. The last two of them
// need the first two.
inline Words next_words(Words a, Words b, Words c, Words d) {
    const Words zero = {};
    Words next = a + small_sigma0(__builtin_shuffle(a, b, Words{1, 2, 3, 4})) +
                 __builtin_shuffle(c, d, Words{1, 2, 3, 4});
    next += __builtin_shuffle(small_sigma1(d), zero, Words{2, 3, 4, 5});
    return next + __builtin_shuffle(zero, small_sigma1(next), Words{0, 1, 4, 5});
}

inline void work_block(State &s, const uint8_t *block) {
    Words a = load_big_endian(block), b = load_big_endian(block + 16);
    Words c = load_big_endian(block + 32), d = load_big_endian(block + 48);
    for (const uint32_t *k = sha256_constants;; k += 16) {
        work_four_rounds(s, a, k);
        work_four_rounds(s, b, k + 4);
        work_four_rounds(s, c, k + 8);
        work_four_rounds(s, d, k + 12);
        if (k == sha256_constants + 48)
            break;
        a = next_words(a, b, c, d);
        b = next_words(b, c, d, a);
        c = next_words(c, d, a, b);
        d = next_words(d, a, b, c);
    }
}

void sha256_compress_power8(uint32_t *state, const uint8_t *blocks, size_t count) {
    State s = {in_every_lane(state[0]), in_every_lane(state[1]), in_every_lane(state[2]),
               in_every_lane(state[3]), in_every_lane(state[4]), in_every_lane(state[5]),
               in_every_lane(state[6]), in_every_lane(state[7])};
    for (size_t i = 0; i < count; i++) {
        const State before = s;
        work_block(s, blocks + 64 * i);
        s = {s.a + before.a, s.b + before.b, s.c + before.c, s.d + before.d,
             s.e + before.e, s.f + before.f, s.g + before.g, s.h + before.h};
    }
    const Words words[8] = {s.a, s.b, s.c, s.d, s.e, s.f, s.g, s.h};
    for (size_t i = 0; i < 8; i++)
        state[i] = words[i][0];
}

} // namespace

} // namespace purgatory

// A process asks the kernel; the purgatory was told by the loader, which had asked the kernel.
#if __STDC_HOSTED__

extern "C" unsigned long getauxval(unsigned long type);

static bool has_vector_sha() {
    constexpr unsigned long hardware_capabilities_2 = 26, vector_crypto = 1ul << 25; // AT_HWCAP2
    return (getauxval(hardware_capabilities_2) & vector_crypto) != 0;
}

#else

#include "purgatory/verify.h"

static bool has_vector_sha() { return (purgatory_parameters.flags & purgatory::flag::vector_sha) != 0; }

#endif

purgatory::Sha256Compress purgatory::fastest_sha256_compress() {
    return has_vector_sha() ? sha256_compress_power8 : sha256_compress_scalar;
}
