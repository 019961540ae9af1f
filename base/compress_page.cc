// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the libraries unpacks a page, and what is said when none does.
#include "base/compress_page.h"

#include "base/config.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec {

namespace {

using Unpack = bool (*)(Bytes, MutableBytes);

#if HAVE_ZLIB
constexpr Unpack zlib = unpack_zlib_page;
#else
constexpr Unpack zlib = nullptr;
#endif
#if HAVE_LZO
constexpr Unpack lzo = unpack_lzo_page;
#else
constexpr Unpack lzo = nullptr;
#endif
#if HAVE_SNAPPY
constexpr Unpack snappy = unpack_snappy_page;
#else
constexpr Unpack snappy = nullptr;
#endif
#if HAVE_ZSTD
constexpr Unpack zstd = unpack_zstd_page;
#else
constexpr Unpack zstd = nullptr;
#endif

struct PageDecoder {
    PageCompression compression;
    std::string_view name;
    Unpack unpack; // null where the library was missing when this was built
};

constexpr std::array decoders{
    PageDecoder{PageCompression::zlib, "zlib", zlib},
    PageDecoder{PageCompression::lzo, "lzo", lzo},
    PageDecoder{PageCompression::snappy, "snappy", snappy},
    PageDecoder{PageCompression::zstd, "zstd", zstd},
};

} // namespace

Result<void> unpack_page(Bytes packed, PageCompression compression, MutableBytes page) {
    const PageDecoder &decoder = *std::ranges::find(decoders, compression, &PageDecoder::compression);
    if (!decoder.unpack)
        return fail(Cause::unsupported,
                    fmt::format("the page is packed with {}, which this build cannot unpack", decoder.name),
                    fmt::format("use a build that has {}, or write the dump without compression",
                                decoder.name));
    if (!decoder.unpack(packed, page))
        return fail(Cause::bad_image, fmt::format("{} bytes packed with {} do not unpack to a page of {}",
                                                  packed.size(), decoder.name, page.size()));
    return {};
}

} // namespace kexec
