// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 as FIPS 180-4 defines it, in ordinary C++ that is fast on any 64-bit machine: whole blocks are
// worked straight from memory, and the eight working variables stay in registers.
#include "purgatory/sha256.h"

namespace purgatory {

alignas(16) const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

namespace {

inline uint32_t rotate_right(uint32_t value, int bits) { return value >> bits | value << (32 - bits); }

inline uint32_t from_big_endian(uint32_t word) {
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(word) : word;
}

// The block as sixteen words. Loaded segments are aligned, and a machine whose caches are off must neither be
// asked for unaligned words nor read memory byte by byte.
inline void load_block(uint32_t *words, const uint8_t *block) {
    if (reinterpret_cast<uintptr_t>(block) % 8 == 0)
        __builtin_memcpy(words, __builtin_assume_aligned(block, 8), 64);
    else
        __builtin_memcpy(words, block, 64);
    for (size_t i = 0; i < 16; i++)
        words[i] = from_big_endian(words[i]);
}

// FIPS 180-4, 6.2.2, step 1: words 16 to 63 of the message schedule.
inline void extend_schedule(uint32_t *words) {
#pragma GCC unroll 4
    for (size_t i = 16; i < 64; i++) {
        uint32_t a = words[i - 15], b = words[i - 2];
        uint32_t small_sigma_0 = rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3;
        uint32_t small_sigma_1 = rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10;
        words[i] = words[i - 16] + small_sigma_0 + words[i - 7] + small_sigma_1;
    }
}

// FIPS 180-4, 6.2.2, step 3, one round. Instead of moving eight variables along, the caller renames them: the
// new `e` is in d and the new `a` in h. The majority of a, b and c is b but where b differs from both; what
// one round finds of a and b is what the next one needs of b and c.
[[gnu::always_inline]] inline void work_round(uint32_t a, uint32_t b, uint32_t &d, uint32_t e, uint32_t f,
                                              uint32_t g, uint32_t &h, uint32_t constant, uint32_t word,
                                              uint32_t &b_from_c) {
    h += word;
    h += constant;
    h += rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
    h += g ^ (e & (f ^ g));
    d += h;
    uint32_t a_from_b = a ^ b;
    uint32_t big_sigma_0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
    h += big_sigma_0 + (b ^ (a_from_b & b_from_c));
    b_from_c = a_from_b;
}

// Steps 2 to 4.
[[gnu::always_inline]] inline void work_words(uint32_t *state, const uint32_t *w) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    uint32_t from = b ^ c;
    const uint32_t *k = sha256_constants;
    for (size_t i = 0; i < 64; i += 8) {
        work_round(a, b, d, e, f, g, h, k[i], w[i], from);
        work_round(h, a, c, d, e, f, g, k[i + 1], w[i + 1], from);
        work_round(g, h, b, c, d, e, f, k[i + 2], w[i + 2], from);
        work_round(f, g, a, b, c, d, e, k[i + 3], w[i + 3], from);
        work_round(e, f, h, a, b, c, d, k[i + 4], w[i + 4], from);
        work_round(d, e, g, h, a, b, c, k[i + 5], w[i + 5], from);
        work_round(c, d, f, g, h, a, b, k[i + 6], w[i + 6], from);
        work_round(b, c, e, f, g, h, a, k[i + 7], w[i + 7], from);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

inline void work_block(uint32_t *state, const uint8_t *block) {
    uint32_t words[64];
    load_block(words, block);
    extend_schedule(words);
    work_words(state, words);
}

inline void store_big_endian(uint8_t *to, uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++)
        to[i] = static_cast<uint8_t>(value >> (8 * (size - 1 - i)));
}

} // namespace

void sha256_compress_scalar(uint32_t *state, const uint8_t *blocks, size_t count) {
    for (size_t i = 0; i < count; i++)
        work_block(state, blocks + 64 * i);
}

void sha256_work_schedule(uint32_t *state, const uint32_t *words) { work_words(state, words); }

void Sha256::update(const uint8_t *data, size_t size) {
    if (size == 0)
        return; // of no bytes there may be no address either
    size_t used = static_cast<size_t>(total_ % 64);
    total_ += size;
    if (used != 0) {
        size_t take = size < 64 - used ? size : 64 - used;
        __builtin_memcpy(tail_ + used, data, take);
        if (used + take < 64)
            return;
        compress_(state_, tail_, 1);
        data += take;
        size -= take;
    }
    compress_(state_, data, size / 64);
    __builtin_memcpy(tail_, data + size / 64 * 64, size % 64);
}

void Sha256::update_both(Sha256CompressTwo compress_two, Sha256 &one, const uint8_t *blocks, Sha256 &other,
                         const uint8_t *other_blocks, size_t count) {
    compress_two(one.state_, blocks, other.state_, other_blocks, count);
    one.total_ += 64 * uint64_t{count};
    other.total_ += 64 * uint64_t{count};
}

// FIPS 180-4, 5.1.1: a one bit, zeros up to the last eight bytes of a block, the message's length in bits.
void Sha256::finish(uint8_t (&digest)[32]) {
    const uint8_t padding[64] = {0x80};
    uint8_t length[8];
    store_big_endian(length, total_ * 8, 8);
    update(padding, 1 + static_cast<size_t>((119 - total_ % 64) % 64));
    update(length, 8);
    for (size_t i = 0; i < 8; i++)
        store_big_endian(digest + 4 * i, state_[i], 4);
}

} // namespace purgatory
