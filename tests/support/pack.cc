// SPDX-License-Identifier: GPL-2.0-or-later
// The packing half of each compression library, in one call each; and lzop's container, which has no library.
#include "tests/support/pack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bzlib.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <random>
#include <snappy-c.h>
#include <stdexcept>
#include <zlib.h>
#include <zstd.h>

namespace kexec::testing {

namespace {

void must(bool done) {
    if (!done)
        throw std::runtime_error("packing failed");
}

std::size_t ample(Bytes plain) { return plain.size() + plain.size() / 8 + 4096; }

Buffer pack_gzip(Bytes plain) {
    Buffer packed(ample(plain));
    z_stream stream{};
    must(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

Buffer pack_with(lzma_stream &stream, Bytes plain) {
    Buffer packed(ample(plain));
    stream.next_in = reinterpret_cast<const std::uint8_t *>(plain.data());
    stream.avail_in = plain.size();
    stream.next_out = reinterpret_cast<std::uint8_t *>(packed.data());
    stream.avail_out = packed.size();
    must(lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END);
    packed.resize(stream.total_out);
    lzma_end(&stream);
    return packed;
}

Buffer pack_xz(Bytes plain) {
    lzma_stream stream = LZMA_STREAM_INIT;
    must(lzma_easy_encoder(&stream, 1, LZMA_CHECK_CRC32) == LZMA_OK);
    return pack_with(stream, plain);
}

Buffer pack_lzma(Bytes plain) {
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_options_lzma options;
    must(!lzma_lzma_preset(&options, 1) && lzma_alone_encoder(&stream, &options) == LZMA_OK);
    return pack_with(stream, plain);
}

Buffer pack_zstd(Bytes plain, bool tells_size) {
    Buffer packed(ZSTD_compressBound(plain.size()));
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, tells_size);
    std::size_t size = ZSTD_compress2(context, packed.data(), packed.size(), plain.data(), plain.size());
    ZSTD_freeCCtx(context);
    must(!ZSTD_isError(size));
    packed.resize(size);
    return packed;
}

Buffer pack_bzip2(Bytes plain) {
    Buffer packed(ample(plain));
    auto size = static_cast<unsigned>(packed.size());
    must(BZ2_bzBuffToBuffCompress(reinterpret_cast<char *>(packed.data()), &size,
                                  reinterpret_cast<char *>(const_cast<std::byte *>(plain.data())),
                                  static_cast<unsigned>(plain.size()), 1, 0, 0) == BZ_OK);
    packed.resize(size);
    return packed;
}

template <typename Number> void put(Buffer &buffer, Number number) { append(buffer, bytes_of(number)); }

Buffer pack_lz4_legacy(Bytes plain) {
    constexpr std::size_t block_size = 8 << 20;
    Buffer packed;
    put(packed, le32(0x184c2102));
    while (!plain.empty()) {
        Bytes block = plain.first(std::min(plain.size(), block_size));
        plain = plain.subspan(block.size());
        Buffer out(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(block.size()))));
        int size = LZ4_compress_default(reinterpret_cast<const char *>(block.data()),
                                        reinterpret_cast<char *>(out.data()), static_cast<int>(block.size()),
                                        static_cast<int>(out.size()));
        must(size > 0);
        put(packed, le32(static_cast<std::uint32_t>(size)));
        append(packed, Bytes(out).first(static_cast<std::size_t>(size)));
    }
    return packed;
}

std::uint32_t adler32_of(Bytes bytes) {
    return lzo_adler32(1, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
}

// As `lzop` without options writes it: an adler32 over each block's plain bytes, and one over the header.
Buffer lzop_header() {
    Buffer header;
    for (be16 version :
         {be16(0x1040), be16(0x20a0), be16(0x0940)}) // of lzop, of the library, needed to unpack
        put(header, version);
    append(header, as_bytes("\x01\x05"));                       // method LZO1X-1, level 5
    for (std::uint32_t number : {0x03000001U, 0x81a4U, 0U, 0U}) // flags, mode, time
        put(header, be32(number));
    append(header, as_bytes("\x06kernel")); // the name's length, the name
    put(header, be32(adler32_of(header)));
    Buffer file;
    append(file, as_bytes(std::string_view("\x89LZO\0\r\n\x1a\n", 9)));
    append(file, header);
    return file;
}

Buffer pack_lzo(Bytes plain) {
    constexpr std::size_t block_size = 256 << 10;
    Buffer packed = lzop_header();
    std::vector<unsigned char> work(LZO1X_1_MEM_COMPRESS);
    while (!plain.empty()) {
        Bytes block = plain.first(std::min(plain.size(), block_size));
        plain = plain.subspan(block.size());
        Buffer out(ample(block));
        lzo_uint size = out.size();
        must(lzo1x_1_compress(reinterpret_cast<const unsigned char *>(block.data()), block.size(),
                              reinterpret_cast<unsigned char *>(out.data()), &size, work.data()) == LZO_E_OK);
        Bytes stored = size < block.size() ? Bytes(out).first(size) : block;
        for (std::size_t number : {block.size(), stored.size()})
            put(packed, be32(static_cast<std::uint32_t>(number)));
        put(packed, be32(adler32_of(block)));
        append(packed, stored);
    }
    put(packed, be32(0));
    return packed;
}

} // namespace

Buffer pack(Bytes plain, Compression compression) {
    switch (compression) {
    case Compression::gzip: return pack_gzip(plain);
    case Compression::xz: return pack_xz(plain);
    case Compression::lzma: return pack_lzma(plain);
    case Compression::zstd: return pack_zstd(plain, true);
    case Compression::bzip2: return pack_bzip2(plain);
    case Compression::lz4: return pack_lz4_legacy(plain);
    case Compression::lzo: return pack_lzo(plain);
    }
    return {};
}

Buffer pack_lz4_frame(Bytes plain) {
    LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    Buffer packed(LZ4F_compressFrameBound(plain.size(), &preferences));
    std::size_t size =
        LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), &preferences);
    must(!LZ4F_isError(size));
    packed.resize(size);
    return packed;
}

Buffer pack_zstd_of_unknown_size(Bytes plain) { return pack_zstd(plain, false); }

Buffer packable_bytes(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    constexpr std::array<std::string_view, 8> words = {"kernel",   "initrd", "\x90\x90", "segment",
                                                       "\x48\x89", "e",      "7",        "memory"};
    Buffer bytes;
    while (bytes.size() < size)
        append(bytes, as_bytes(words[random() % words.size()]));
    bytes.resize(size);
    return bytes;
}

namespace {

// On big-endian machines the compressor of libsnappy before 1.1.10 packs other bytes than it was given (its
// decompressor is right): there a page is one literal, by the format a tag and two bytes of length less one.
std::size_t pack_snappy_page(Bytes plain, Buffer &packed) {
    std::size_t size = packed.size();
    auto to = reinterpret_cast<char *>(packed.data());
    if (std::endian::native == std::endian::little) {
        must(snappy_compress(reinterpret_cast<const char *>(plain.data()), plain.size(), to, &size) ==
             SNAPPY_OK);
        return size;
    }
    must(plain.size() >= 128 && plain.size() < 16384); // whose length takes two bytes, of seven bits each
    le16 less_one = static_cast<std::uint16_t>(plain.size() - 1);
    Buffer block = {std::byte(plain.size() | 0x80), std::byte(plain.size() >> 7), std::byte{0xf4}};
    append(block, bytes_of(less_one));
    append(block, plain);
    std::ranges::copy(block, packed.begin());
    return block.size();
}

} // namespace

Buffer pack_page(Bytes plain, PageCompression compression) {
    Buffer packed(ample(plain));
    auto from = reinterpret_cast<const unsigned char *>(plain.data());
    auto to = reinterpret_cast<unsigned char *>(packed.data());
    std::size_t size = packed.size();
    switch (compression) {
    case PageCompression::zlib: must(compress(to, &size, from, plain.size()) == Z_OK); break;
    case PageCompression::lzo: {
        Buffer work(LZO1X_1_MEM_COMPRESS);
        must(lzo1x_1_compress(from, plain.size(), to, &size, work.data()) == LZO_E_OK);
        break;
    }
    case PageCompression::snappy: size = pack_snappy_page(plain, packed); break;
    case PageCompression::zstd: size = ZSTD_compress(to, size, from, plain.size(), 1); break;
    }
    packed.resize(size);
    return packed;
}

} // namespace kexec::testing
