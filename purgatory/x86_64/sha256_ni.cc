// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 with the SHA extensions of x86 (Intel SDM volume 1, 5.20, and the instruction pages of SHA256RNDS2,
// SHA256MSG1, SHA256MSG2). The compiler's builtins are used directly, because its intrinsic headers include
// hosted ones. Which routine serves is decided here, too.
#include "purgatory/sha256.h"
#include "purgatory/x86_64/lanes.h"

namespace purgatory {

namespace {

using Words [[gnu::vector_size(16)]] = int; // the builtins' type
using Sums [[gnu::vector_size(16)]] = uint32_t;
using Octets [[gnu::vector_size(16)]] = char;

#define WITH_SHA_INSTRUCTIONS gnu::always_inline, gnu::target("sha,sse4.1")

// memcpy of sixteen bytes is one unaligned move.
[[WITH_SHA_INSTRUCTIONS]] inline Words load(const void *from) {
    Words words;
    __builtin_memcpy(&words, from, 16);
    return words;
}

// Modulo 2^32, which a sum of int is not.
[[WITH_SHA_INSTRUCTIONS]] inline Words add(Words a, Words b) {
    return reinterpret_cast<Words>(reinterpret_cast<Sums>(a) + reinterpret_cast<Sums>(b));
}

[[WITH_SHA_INSTRUCTIONS]] inline Words load_big_endian(const uint8_t *from) {
    const Octets order = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12};
    return reinterpret_cast<Words>(__builtin_ia32_pshufb128(reinterpret_cast<Octets>(load(from)), order));
}

// The state as the instructions want it: {f, e, b, a} and {h, g, d, c}, lowest word first.
struct State {
    Words abef, cdgh;
};

[[WITH_SHA_INSTRUCTIONS]] inline void add_to(State &s, const State &more) {
    s.abef = add(s.abef, more.abef);
    s.cdgh = add(s.cdgh, more.cdgh);
}

// Four rounds with the words of one quarter of the schedule; `constants` are those of the first of these
// rounds.
[[WITH_SHA_INSTRUCTIONS]] inline void work_four_rounds(State &s, Words words, const uint32_t *constants) {
    Words input = add(words, load(constants));
    s.cdgh = __builtin_ia32_sha256rnds2(s.cdgh, s.abef, input);
    s.abef = __builtin_ia32_sha256rnds2(s.abef, s.cdgh, __builtin_shufflevector(input, input, 2, 3, 2, 3));
}

// The next four words of the schedule from the sixteen before them, oldest four first.
[[WITH_SHA_INSTRUCTIONS]] inline Words next_words(Words a, Words b, Words c, Words d) {
    Words seven_back = __builtin_shufflevector(c, d, 1, 2, 3, 4);
    return __builtin_ia32_sha256msg2(add(__builtin_ia32_sha256msg1(a, b), seven_back), d);
}

[[WITH_SHA_INSTRUCTIONS]] inline void work_block(State &s, const uint8_t *block) {
    Words a = load_big_endian(block), b = load_big_endian(block + 16);
    Words c = load_big_endian(block + 32), d = load_big_endian(block + 48);
    const State before = s;
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
    add_to(s, before);
}

// The state in memory is {a, b, c, d} and {e, f, g, h}.
[[WITH_SHA_INSTRUCTIONS]] inline State load_state(const uint32_t *state) {
    Words dcba = load(state), hgfe = load(state + 4);
    return {__builtin_shufflevector(hgfe, dcba, 1, 0, 5, 4), __builtin_shufflevector(hgfe, dcba, 3, 2, 7, 6)};
}

[[WITH_SHA_INSTRUCTIONS]] inline void store_state(uint32_t *state, const State &s) {
    Words dcba = __builtin_shufflevector(s.abef, s.cdgh, 3, 2, 7, 6);
    Words hgfe = __builtin_shufflevector(s.abef, s.cdgh, 1, 0, 5, 4);
    __builtin_memcpy(state, &dcba, 16);
    __builtin_memcpy(state + 4, &hgfe, 16);
}

[[gnu::target("sha,sse4.1")]] void sha256_compress_ni(uint32_t *state, const uint8_t *blocks, size_t count) {
    State s = load_state(state);
    for (size_t i = 0; i < count; i++)
        work_block(s, blocks + 64 * i);
    store_state(state, s);
}

// Four words of the schedule each.
struct Block {
    Words a, b, c, d;
};

[[WITH_SHA_INSTRUCTIONS]] inline Block load_block(const uint8_t *from) {
    return {load_big_endian(from), load_big_endian(from + 16), load_big_endian(from + 32),
            load_big_endian(from + 48)};
}

// Two rounds take four cycles before the next two can begin; the processor can begin two others meanwhile.
[[WITH_SHA_INSTRUCTIONS]] inline void work_two_blocks(State &s, const uint8_t *block, State &t,
                                                      const uint8_t *other) {
    Block x = load_block(block), y = load_block(other);
    const State before_s = s, before_t = t;
    for (const uint32_t *k = sha256_constants;; k += 16) {
        work_four_rounds(s, x.a, k), work_four_rounds(t, y.a, k);
        work_four_rounds(s, x.b, k + 4), work_four_rounds(t, y.b, k + 4);
        work_four_rounds(s, x.c, k + 8), work_four_rounds(t, y.c, k + 8);
        work_four_rounds(s, x.d, k + 12), work_four_rounds(t, y.d, k + 12);
        if (k == sha256_constants + 48)
            break;
        x.a = next_words(x.a, x.b, x.c, x.d), y.a = next_words(y.a, y.b, y.c, y.d);
        x.b = next_words(x.b, x.c, x.d, x.a), y.b = next_words(y.b, y.c, y.d, y.a);
        x.c = next_words(x.c, x.d, x.a, x.b), y.c = next_words(y.c, y.d, y.a, y.b);
        x.d = next_words(x.d, x.a, x.b, x.c), y.d = next_words(y.d, y.a, y.b, y.c);
    }
    add_to(s, before_s), add_to(t, before_t);
}

[[gnu::target("sha,sse4.1")]] void sha256_compress_two_ni(uint32_t *state, const uint8_t *blocks,
                                                          uint32_t *other_state, const uint8_t *other_blocks,
                                                          size_t count) {
    State s = load_state(state), t = load_state(other_state);
    for (size_t i = 0; i < count; i++)
        work_two_blocks(s, blocks + 64 * i, t, other_blocks + 64 * i);
    store_state(state, s);
    store_state(other_state, t);
}

// A block of each lane in turn: none waits for the one before it, so the processor works several at once.
[[gnu::target("sha,sse4.1")]] void sha256_stripes_ni(uint32_t (*states)[lane_count], const uint8_t *stripes,
                                                     size_t count) {
    State lanes[lane_count];
    for (size_t lane = 0; lane < lane_count; lane++) {
        uint32_t words[8];
        for (size_t word = 0; word < 8; word++)
            words[word] = states[word][lane];
        lanes[lane] = load_state(words);
    }
    for (size_t i = 0; i < count * lane_count; i += lane_count)
        for (size_t lane = 0; lane < lane_count; lane++)
            work_block(lanes[lane], stripes + 64 * (i + lane));
    for (size_t lane = 0; lane < lane_count; lane++) {
        uint32_t words[8];
        store_state(words, lanes[lane]);
        for (size_t word = 0; word < 8; word++)
            states[word][lane] = words[word];
    }
}

struct CpuidResult {
    uint32_t eax, ebx, ecx, edx;
};

CpuidResult cpuid(uint32_t leaf) {
    CpuidResult r;
    asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
    return r;
}

// Intel SDM volume 2, CPUID: leaf 1 ECX bit 9 SSSE3 and bit 19 SSE4.1, leaf 7 EBX bit 29 SHA.
bool has_sha_instructions() {
    constexpr uint32_t sse = 1u << 9 | 1u << 19, sha = 1u << 29;
    return cpuid(0).eax >= 7 && (cpuid(1).ecx & sse) == sse && (cpuid(7).ebx & sha) != 0;
}

// Leaf 1 ECX bit 27 OSXSAVE and bit 28 AVX, leaf 7 EBX bit 5 AVX2; and whether the registers' upper halves
// are enabled, which XCR0 bits 1 and 2 tell (volume 1, 14.3).
bool has_avx2() {
    constexpr uint32_t avx = 1u << 27 | 1u << 28, enabled = 1u << 1 | 1u << 2;
    if (cpuid(0).eax < 7 || (cpuid(1).ecx & avx) != avx || (cpuid(7).ebx & 1u << 5) == 0)
        return false;
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & enabled) == enabled;
}

} // namespace

Sha256Compress fastest_sha256_compress() {
    return has_sha_instructions() ? sha256_compress_ni : sha256_compress_scalar;
}

Sha256CompressTwo fastest_sha256_compress_two() {
    return has_sha_instructions() ? sha256_compress_two_ni : nullptr;
}

Sha256Stripes fastest_sha256_stripes() {
    if (has_sha_instructions())
        return sha256_stripes_ni;
    return has_avx2() ? sha256_stripes_avx2 : sha256_stripes_sse2;
}

} // namespace purgatory
