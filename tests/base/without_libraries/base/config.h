// SPDX-License-Identifier: GPL-2.0-or-later
// What meson writes where no compression library is there.
#pragma once
#define HAVE_ZLIB 0
#define HAVE_LZMA 0
#define HAVE_ZSTD 0
#define HAVE_LZ4 0
#define HAVE_LZO 0
#define HAVE_BZIP2 0
#define HAVE_SNAPPY 0
