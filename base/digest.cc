// SPDX-License-Identifier: GPL-2.0-or-later
// All work through blocks of 16 words, the last of which are padded and end with the length in bits; they
// differ in byte order, in the size of a word and in what is done to a block. The names are those of the
// documents.
#include "base/digest.h"

#include <bit>

namespace kexec {

namespace {

// Calls `work(block)` for each block of 16 words of the message with its padding. The length has two words.
template <typename Length, std::size_t word_size = 4, typename Work>
void for_each_block(Bytes bytes, Work work) {
    constexpr std::size_t block_size = 16 * word_size, length_size = 2 * word_size;
    std::size_t whole = bytes.size() / block_size * block_size;
    for (std::size_t at = 0; at < whole; at += block_size)
        work(bytes.subspan(at, block_size));
    Bytes rest = bytes.subspan(whole);
    Buffer tail(rest.begin(), rest.end());
    tail.push_back(std::byte{0x80});
    tail.resize(tail.size() + length_size > block_size ? 2 * block_size : block_size);
    write_at(tail, tail.size() - sizeof(Length), Length(std::uint64_t{bytes.size()} * 8));
    for (std::size_t at = 0; at < tail.size(); at += block_size)
        work(Bytes(tail).subspan(at, block_size));
}

// The caller gives whole blocks.
template <typename Word, typename Value = std::uint32_t> std::array<Value, 16> words_in(Bytes block) {
    std::array<Value, 16> words{};
    for (std::size_t i = 0; i < words.size(); i++) {
        Word word;
        std::memcpy(&word, block.subspan(i * sizeof word, sizeof word).data(), sizeof word);
        words[i] = word;
    }
    return words;
}

// The first words of the state, as many as the digest holds.
template <typename Word, std::size_t size, typename State>
std::array<std::byte, size> stored(const State &state) {
    std::array<std::byte, size> digest{};
    for (std::size_t at = 0; at < size; at += sizeof(Word))
        write_at(digest, at, Word(state[at / sizeof(Word)]));
    return digest;
}

// RFC 1321, 3.4: the integer part of 2^32 times |sin(i + 1)|.
constexpr std::uint32_t md5_sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr int md5_turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// What a step of one of the four rounds mixes in: the function's value, and which word.
struct Md5Step {
    std::uint32_t value;
    std::size_t word;
};
Md5Step md5_step(std::size_t i, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    switch (i / 16) {
    case 0: return {(b & c) | (~b & d), i};
    case 1: return {(b & d) | (c & ~d), (5 * i + 1) % 16};
    case 2: return {b ^ c ^ d, (3 * i + 5) % 16};
    default: return {c ^ (b | ~d), 7 * i % 16};
    }
}

void md5_work(std::array<std::uint32_t, 4> &state, Bytes block) {
    auto words = words_in<le32>(block);
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; i++) {
        Md5Step step = md5_step(i, b, c, d);
        std::uint32_t turned =
            b + std::rotl(a + step.value + words[step.word] + md5_sines[i], md5_turns[i / 16][i % 4]);
        a = d, d = c, c = b, b = turned;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

struct Sha1Step {
    std::uint32_t value, constant;
};
Sha1Step sha1_step(std::size_t i, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    switch (i / 20) {
    case 0: return {(b & c) | (~b & d), 0x5a827999};
    case 1: return {b ^ c ^ d, 0x6ed9eba1};
    case 2: return {(b & c) | (b & d) | (c & d), 0x8f1bbcdc};
    default: return {b ^ c ^ d, 0xca62c1d6};
    }
}

void sha1_work(std::array<std::uint32_t, 5> &state, Bytes block) {
    auto words = words_in<be32>(block);
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < 80; i++) {
        std::uint32_t &word = words[i % 16];
        if (i >= 16)
            word = std::rotl(words[(i + 13) % 16] ^ words[(i + 8) % 16] ^ words[(i + 2) % 16] ^ word, 1);
        Sha1Step step = sha1_step(i, b, c, d);
        std::uint32_t next = std::rotl(a, 5) + step.value + e + word + step.constant;
        e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

// FIPS 180-4, 4.2.3: of the cube roots of the first 80 primes, the first 64 bits behind the point.
constexpr std::array<std::uint64_t, 80> sha512_constants = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};

// FIPS 180-4, 5.3.5 and 5.3.4: the same of the square roots of the first 8 primes, and of the next 8.
using Sha512State = std::array<std::uint64_t, 8>;
constexpr Sha512State sha512_start = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                      0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                      0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
constexpr Sha512State sha384_start = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
                                      0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
                                      0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};

void sha512_block(Sha512State &state, Bytes block) {
    auto words = words_in<be64, std::uint64_t>(block);
    auto [a, b, c, d, e, f, g, h] = state;
    auto turned = [](std::uint64_t x, int i, int j, int k) {
        return std::rotr(x, i) ^ std::rotr(x, j) ^ std::rotr(x, k);
    };
    auto shifted = [](std::uint64_t x, int i, int j, int k) {
        return std::rotr(x, i) ^ std::rotr(x, j) ^ x >> k;
    };
    for (std::size_t i = 0; i < 80; i++) {
        std::uint64_t &word = words[i % 16];
        if (i >= 16)
            word += shifted(words[(i + 14) % 16], 19, 61, 6) + words[(i + 9) % 16] +
                    shifted(words[(i + 1) % 16], 1, 8, 7);
        std::uint64_t first = h + turned(e, 14, 18, 41) + ((e & f) ^ (~e & g)) + sha512_constants[i] + word;
        std::uint64_t second = turned(a, 28, 34, 39) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
    }
    const std::uint64_t worked[] = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); i++)
        state[i] += worked[i];
}

Sha512State sha512_state(Sha512State state, Bytes bytes) {
    for_each_block<be64, 8>(bytes, [&](Bytes block) { sha512_block(state, block); });
    return state;
}

} // namespace

std::array<std::byte, 16> md5_of(Bytes bytes) {
    std::array<std::uint32_t, 4> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    for_each_block<le64>(bytes, [&](Bytes block) { md5_work(state, block); });
    return stored<le32, 16>(state);
}

std::array<std::byte, 20> sha1_of(Bytes bytes) {
    std::array<std::uint32_t, 5> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    for_each_block<be64>(bytes, [&](Bytes block) { sha1_work(state, block); });
    return stored<be32, 20>(state);
}

std::array<std::byte, 48> sha384_of(Bytes bytes) {
    return stored<be64, 48>(sha512_state(sha384_start, bytes));
}

std::array<std::byte, 64> sha512_of(Bytes bytes) {
    return stored<be64, 64>(sha512_state(sha512_start, bytes));
}

} // namespace kexec
