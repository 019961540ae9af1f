// SPDX-License-Identifier: GPL-2.0-or-later
// A build without any compression library still knows what a file is packed with, and says that it cannot
// unpack it. base/compress.cc is compiled here against a configuration of its own.
#include "base/compress.h"

#include "base/compress_page.h"
#include "tests/catch.h"

#include <fmt/format.h>

using namespace kexec;

namespace {

using namespace std::string_view_literals;

struct Start {
    Compression compression;
    std::string_view bytes;
};
constexpr Start starts[] = {
    {Compression::gzip, "\x1f\x8b\x08\0\0\0"sv},
    {Compression::xz, "\xfd\x37zXZ\0"sv},
    {Compression::lzma, "\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"sv},
    {Compression::zstd, "\x28\xb5\x2f\xfd"sv},
    {Compression::bzip2, "BZh91AY"sv},
    {Compression::lz4, "\x02\x21\x4c\x18"sv},
    {Compression::lzo, "\x89LZO\0\r\n\x1a\n"sv},
};

} // namespace

TEST_CASE("without a library a packed file is recognised and refused by name") {
    for (const Start &start : starts) {
        CAPTURE(name_of(start.compression));
        CHECK(recognise_compression(as_bytes(start.bytes)) == start.compression);
        auto unpacked = decompress(as_bytes(start.bytes), start.compression, 1 << 20);
        REQUIRE(!unpacked);
        CHECK(unpacked.error().cause == Cause::unsupported);
        CHECK(unpacked.error().what ==
              fmt::format("the file is packed with {}, which this build cannot unpack",
                          name_of(start.compression)));
        CHECK(!unpacked.error().remedy.empty());
    }
}

TEST_CASE("without a library no compression is said to be built in") {
    CHECK(compression_names(true).empty());
    CHECK(compression_names(false) ==
          std::vector<std::string_view>{"gzip", "xz", "lzma", "zstd", "bzip2", "lz4", "lzo"});
}

TEST_CASE("without a library the page of a dump is refused") {
    Buffer page(64);
    for (auto compression :
         {PageCompression::zlib, PageCompression::lzo, PageCompression::snappy, PageCompression::zstd})
        CHECK(unpack_page(as_bytes("x"), compression, page).error().cause == Cause::unsupported);
}
