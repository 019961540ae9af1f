// SPDX-License-Identifier: GPL-2.0-or-later
// The choice of SHA-256 compression for machines whose own SHA-256 instructions are not used.
#include "purgatory/sha256.h"

namespace purgatory {

Sha256Compress fastest_sha256_compress() { return sha256_compress_scalar; }

Sha256CompressTwo fastest_sha256_compress_two() { return nullptr; }

} // namespace purgatory
