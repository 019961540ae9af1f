// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 of bytes that lie in memory: of segments, for the purgatory, and of files, for people and records.
#pragma once

#include "base/bytes.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace kexec {

using Digest = std::array<std::uint8_t, 32>;

// Reads every byte: for a kernel and an initrd the most expensive thing there is in a load.
Digest digest_of(Bytes bytes);

// The striped digest (purgatory/sha256.h).
Digest striped_digest_of(Bytes bytes);

// The digest of each, in their order. Where the processor can work on two at a time it does: best on pairs of
// one size.
std::vector<Digest> digests_of(std::span<const Bytes> pieces);

// In hexadecimal.
std::string digest_text(const Digest &digest);

} // namespace kexec
