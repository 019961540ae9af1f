// SPDX-License-Identifier: GPL-2.0-or-later
// Striped digests, but for the lanes themselves, which machines work in their own ways.
#include "purgatory/sha256.h"

namespace purgatory {

namespace {

// FIPS 180-4, 5.3.3: where SHA-256 starts.
constexpr uint32_t first_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

void take_lane(uint32_t (&state)[8], const uint32_t (*states)[lane_count], size_t lane) {
    for (size_t word = 0; word < 8; word++)
        state[word] = states[word][lane];
}

} // namespace

void sha256_stripes_serial(uint32_t (*states)[lane_count], const uint8_t *stripes, size_t count) {
    Sha256Compress compress = fastest_sha256_compress();
    uint32_t lanes[lane_count][8];
    for (size_t lane = 0; lane < lane_count; lane++)
        take_lane(lanes[lane], states, lane);
    for (size_t i = 0; i < count * lane_count; i++)
        compress(lanes[i % lane_count], stripes + 64 * i, 1);
    for (size_t word = 0; word < 8; word++)
        for (size_t lane = 0; lane < lane_count; lane++)
            states[word][lane] = lanes[lane][word];
}

// cppcheck-suppress uninitMemberVar ; `tail_` holds only what `total_` counts
StripedSha256::StripedSha256(Sha256Stripes use) : compress_(use) {
    for (size_t word = 0; word < 8; word++)
        for (size_t lane = 0; lane < lane_count; lane++)
            states_[word][lane] = first_state[word];
}

void StripedSha256::update(const uint8_t *data, size_t size) {
    if (size == 0)
        return; // of no bytes there may be no address either
    size_t used = static_cast<size_t>(total_ % stripe_size);
    total_ += size;
    if (used != 0) {
        size_t take = size < stripe_size - used ? size : stripe_size - used;
        __builtin_memcpy(tail_ + used, data, take);
        if (used + take < stripe_size)
            return;
        compress_(states_, tail_, 1);
        data += take;
        size -= take;
    }
    compress_(states_, data, size / stripe_size);
    __builtin_memcpy(tail_, data + size / stripe_size * stripe_size, size % stripe_size);
}

void StripedSha256::finish(uint8_t (&digest)[32]) {
    Sha256Compress one = fastest_sha256_compress();
    Sha256 all(one);
    size_t left = static_cast<size_t>(total_ % stripe_size);
    for (size_t lane = 0; lane < lane_count; lane++) {
        uint32_t state[8];
        take_lane(state, states_, lane);
        Sha256 sum(one, state, total_ / stripe_size * 64);
        size_t start = 64 * lane;
        size_t mine = left <= start ? 0 : left - start < 64 ? left - start : 64;
        sum.update(tail_ + start, mine);
        sum.finish(digest);
        all.update(digest, sizeof digest);
    }
    all.finish(digest);
}

} // namespace purgatory
