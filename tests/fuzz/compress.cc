// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as compressed data of each kind, and as a page of a compressed dump: unpacking ends, and gives no
// more than it may. The first byte chooses.
#include "base/compress.h"

#include "base/compress_page.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

namespace {

constexpr std::uint64_t ceiling = 1 << 20;
constexpr Compression kinds[] = {Compression::gzip,  Compression::xz,  Compression::lzma, Compression::zstd,
                                 Compression::bzip2, Compression::lz4, Compression::lzo};
constexpr PageCompression pages[] = {PageCompression::zlib, PageCompression::lzo, PageCompression::snappy,
                                     PageCompression::zstd};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Input input(data, size);
    std::size_t choice = input.byte() % (std::size(kinds) + std::size(pages));
    if (choice >= std::size(kinds)) {
        Buffer page(4096);
        answered(unpack_page(input.rest(), pages[choice - std::size(kinds)], page));
        return 0;
    }
    recognise_compression(input.rest());
    if (auto unpacked = decompress(input.rest(), kinds[choice], ceiling); answered(unpacked))
        require(unpacked->size() <= ceiling);
    return 0;
}
