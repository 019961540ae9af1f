// SPDX-License-Identifier: GPL-2.0-or-later
// One page of a compressed crash dump: makedumpfile packs each by itself, as a bare stream (zlib: RFC 1950;
// zstd: RFC 8878) or as a bare block (LZO1X, snappy). The size of a page is known beforehand.
#pragma once

#include "base/bytes.h"

namespace kexec {

enum class PageCompression { zlib, lzo, snappy, zstd };

// Fills `page` exactly. Cause::bad_image where the data is damaged or is not one page; Cause::unsupported
// where this build has no library for it.
Result<void> unpack_page(Bytes packed, PageCompression compression, MutableBytes page);

// One for each library, as compress_page.cc knows them: false where `packed` does not unpack to the whole of
// `page`.
bool unpack_zlib_page(Bytes packed, MutableBytes page);
bool unpack_lzo_page(Bytes packed, MutableBytes page);
bool unpack_snappy_page(Bytes packed, MutableBytes page);
bool unpack_zstd_page(Bytes packed, MutableBytes page);

} // namespace kexec
