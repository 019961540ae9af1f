// SPDX-License-Identifier: GPL-2.0-or-later
// Both work through blocks of 64 bytes, the last of which are padded and end with the length in bits; they
// differ in byte order and in what is done to a block. The names are those of the two documents.
#include "base/digest.h"

#include <bit>
#include <cmath>

namespace kexec {

namespace {

constexpr std::size_t block_size = 64;

// Calls `work(block)` for each block of the message with its padding.
template <typename Length, typename Work> void for_each_block(Bytes bytes, Work work) {
    std::size_t whole = bytes.size() / block_size * block_size;
    for (std::size_t at = 0; at < whole; at += block_size)
        work(bytes.subspan(at, block_size));
    Bytes rest = bytes.subspan(whole);
    Buffer tail(rest.begin(), rest.end());
    tail.push_back(std::byte{0x80});
    tail.resize(tail.size() + sizeof(Length) > block_size ? 2 * block_size : block_size);
    write_at(tail, tail.size() - sizeof(Length), Length(std::uint64_t{bytes.size()} * 8));
    for (std::size_t at = 0; at < tail.size(); at += block_size)
        work(Bytes(tail).subspan(at, block_size));
}

// The caller gives whole blocks.
template <typename Word> std::array<std::uint32_t, 16> words_in(Bytes block) {
    std::array<std::uint32_t, 16> words{};
    for (std::size_t i = 0; i < words.size(); i++) {
        Word word;
        std::memcpy(&word, block.subspan(i * sizeof word, sizeof word).data(), sizeof word);
        words[i] = word;
    }
    return words;
}

template <typename Word, std::size_t count>
std::array<std::byte, count * 4> stored(const std::array<std::uint32_t, count> &state) {
    std::array<std::byte, count * 4> digest{};
    for (std::size_t i = 0; i < count; i++)
        write_at(digest, i * 4, Word(state[i]));
    return digest;
}

// RFC 1321, 3.4: the integer part of 2^32 times |sin(i + 1)|.
std::array<std::uint32_t, 64> make_sines() {
    std::array<std::uint32_t, 64> table{};
    for (std::size_t i = 0; i < table.size(); i++)
        table[i] =
            static_cast<std::uint32_t>(std::floor(std::fabs(std::sin(static_cast<double>(i + 1))) * 0x1p32));
    return table;
}

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

void md5_work(std::array<std::uint32_t, 4> &state, Bytes block, const std::array<std::uint32_t, 64> &sines) {
    auto words = words_in<le32>(block);
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; i++) {
        Md5Step step = md5_step(i, b, c, d);
        std::uint32_t turned =
            b + std::rotl(a + step.value + words[step.word] + sines[i], md5_turns[i / 16][i % 4]);
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

} // namespace

std::array<std::byte, 16> md5_of(Bytes bytes) {
    std::array<std::uint32_t, 4> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    const auto sines = make_sines();
    for_each_block<le64>(bytes, [&](Bytes block) { md5_work(state, block, sines); });
    return stored<le32>(state);
}

std::array<std::byte, 20> sha1_of(Bytes bytes) {
    std::array<std::uint32_t, 5> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    for_each_block<be64>(bytes, [&](Bytes block) { sha1_work(state, block); });
    return stored<be32>(state);
}

} // namespace kexec
