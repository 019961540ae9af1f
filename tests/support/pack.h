// SPDX-License-Identifier: GPL-2.0-or-later
// Packs bytes with the libraries themselves, for tests of what unpacks them.
#pragma once

#include "base/compress.h"
#include "base/compress_page.h"

namespace kexec::testing {

// One member or frame, with a checksum wherever the format has one. lz4 is the legacy frame that the kernel's
// build writes.
Buffer pack(Bytes plain, Compression compression);

// A page as crash dumps have it: a bare stream or block.
Buffer pack_page(Bytes plain, PageCompression compression);

// The lz4 frame of today.
Buffer pack_lz4_frame(Bytes plain);

// A zstd frame as written to a pipe: it does not tell how much it holds.
Buffer pack_zstd_of_unknown_size(Bytes plain);

// `size` bytes that pack well and are not all the same: words drawn from a short list.
Buffer packable_bytes(std::size_t size, unsigned seed = 1);

} // namespace kexec::testing
