// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 (FIPS 180-4), the same source in the purgatory and in the loader. Has no state outside its objects:
// the loader may run one object per thread. Measured on one core of an AMD EPYC, blob and loader alike: 1600
// MB/s with the SHA extensions of x86, 240 MB/s scalar (gcc 12 and clang 14 within 5 %).
#pragma once

#include <stddef.h>
#include <stdint.h>

// Hidden, so that the purgatory reaches all of it relative to the code: a table of addresses would need
// relocating.
#pragma GCC visibility push(hidden)

namespace purgatory {

// Works `count` blocks of 64 bytes into the eight words of state. `blocks` needs no alignment.
using Sha256Compress = void (*)(uint32_t *state, const uint8_t *blocks, size_t count);

// Runs anywhere.
void sha256_compress_scalar(uint32_t *state, const uint8_t *blocks, size_t count);

// Works the 64 words of a message schedule, which make up one block, into the state: for a processor that has
// instructions for making schedules only.
void sha256_work_schedule(uint32_t *state, const uint32_t *words);

// The fastest compression that this processor can run, found out by asking it. One definition per machine.
Sha256Compress fastest_sha256_compress();

// The same for two messages at a time: quicker where each instruction waits for the one before it.
using Sha256CompressTwo = void (*)(uint32_t *state, const uint8_t *blocks, uint32_t *other_state,
                                   const uint8_t *other_blocks, size_t count);

// Null where there is nothing to be gained.
Sha256CompressTwo fastest_sha256_compress_two();

// The 64 constants of FIPS 180-4, section 4.2.2.
extern const uint32_t sha256_constants[64];

class Sha256 {
public:
    explicit Sha256(Sha256Compress use = fastest_sha256_compress()) : compress_(use) {}

    // Goes on where `done` bytes, whole blocks, have led to this state.
    Sha256(Sha256Compress use, const uint32_t (&from)[8], uint64_t done) : compress_(use), total_(done) {
        __builtin_memcpy(state_, from, sizeof state_);
    }

    // Where this can be gone on from. All bytes so far are whole blocks.
    void copy_state(uint32_t (&to)[8]) const { __builtin_memcpy(to, state_, sizeof to); }

    // Any number of calls; the digest is that of all bytes in order.
    void update(const uint8_t *data, size_t size);

    // The next `count` blocks of 64 bytes of two messages. Both have taken whole blocks only so far.
    static void update_both(Sha256CompressTwo compress_two, Sha256 &one, const uint8_t *blocks, Sha256 &other,
                            const uint8_t *other_blocks, size_t count);

    // Call once, at the end.
    void finish(uint8_t (&digest)[32]);

private:
    Sha256Compress compress_;
    uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t tail_[64] = {}; // bytes that do not fill a block yet: total_ % 64 of them
    uint64_t total_ = 0;    // bytes taken so far
};

// A striped digest: the message is dealt out to eight lanes, a block of 64 bytes to each in turn, and the
// digest is SHA-256 of the eight lanes' SHA-256 in their order. A processor without instructions for SHA-256
// works eight lanes at once in less than twice the time of one.
constexpr size_t lane_count = 8;
constexpr size_t stripe_size = 64 * lane_count;

// Works `count` stripes into the states: states[w][l] is word w of lane l. Neither needs alignment.
using Sha256Stripes = void (*)(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count);

// One lane after the other, each by the fastest compression.
void sha256_stripes_serial(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count);

// The fastest that this processor can run. One definition per machine.
Sha256Stripes fastest_sha256_stripes();

class StripedSha256 {
public:
    explicit StripedSha256(Sha256Stripes use = fastest_sha256_stripes());

    // As those of Sha256.
    void update(const uint8_t *data, size_t size);
    void finish(uint8_t (&digest)[32]);

private:
    Sha256Stripes compress_;
    uint32_t states_[8][lane_count];
    uint8_t tail_[stripe_size]; // bytes that do not fill a stripe yet
    uint64_t total_ = 0;
};

} // namespace purgatory

#pragma GCC visibility pop
