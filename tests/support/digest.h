// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 by the purgatory's plain code, for comparison.
#pragma once

#include "image/digest.h"
#include "purgatory/sha256.h"

namespace kexec::testing {

// Goes on with these bytes where `before` bytes, whole blocks, have led to this state.
inline Digest digest_from(const std::uint32_t (&state)[8], std::uint64_t before, Bytes bytes) {
    purgatory::Sha256 sum(purgatory::sha256_compress_scalar, state, before);
    sum.update(reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size());
    std::uint8_t digest[32];
    sum.finish(digest);
    return std::to_array(digest);
}

} // namespace kexec::testing
