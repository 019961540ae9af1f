// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 by the KIMD instruction where the machine offers that function. Its chaining value is the eight
// words of the state as they lie in memory.
#include "purgatory/s390x/kimd.h"
#include "purgatory/sha256.h"

namespace purgatory {

namespace {

void sha256_compress_kimd(uint32_t *state, const uint8_t *blocks, size_t count) {
    kimd(kimd_sha_256, state, blocks, 64 * count);
}

} // namespace

Sha256Compress fastest_sha256_compress() {
    return kimd_offers(kimd_sha_256) ? sha256_compress_kimd : sha256_compress_scalar;
}

} // namespace purgatory

purgatory::Sha256CompressTwo purgatory::fastest_sha256_compress_two() { return nullptr; }
