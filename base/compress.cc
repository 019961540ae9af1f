// SPDX-License-Identifier: GPL-2.0-or-later
// Recognising compressed data, and the loop that joins members. The magics: gzip, RFC 1952 2.3.1; xz, its
// file format 2.1.1.1; zstd, RFC 8878 3.1; bzip2, "BZh" and a block size; lz4, its frame format and its
// legacy frame; lzop, by its source. lzma alone, by the file format text of LZMA Utils.
#include "base/compress.h"

#include "base/compress_output.h"
#include "base/config.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/core.h>

namespace kexec {

namespace {

using Unpack = Result<std::size_t> (*)(Bytes, Unpacked &);

struct Decoder {
    Compression compression;
    std::string_view name;
    Unpack unpack; // null where the library was missing when this was built
};

#if HAVE_ZLIB
constexpr Unpack gzip = unpack_gzip;
#else
constexpr Unpack gzip = nullptr;
#endif
#if HAVE_LZMA
constexpr Unpack xz = unpack_xz, lzma = unpack_lzma;
#else
constexpr Unpack xz = nullptr, lzma = nullptr;
#endif
#if HAVE_ZSTD
constexpr Unpack zstd = unpack_zstd;
#else
constexpr Unpack zstd = nullptr;
#endif
#if HAVE_BZIP2
constexpr Unpack bzip2 = unpack_bzip2;
#else
constexpr Unpack bzip2 = nullptr;
#endif
#if HAVE_LZ4
constexpr Unpack lz4 = unpack_lz4;
#else
constexpr Unpack lz4 = nullptr;
#endif
#if HAVE_LZO
constexpr Unpack lzo = unpack_lzo;
#else
constexpr Unpack lzo = nullptr;
#endif

constexpr std::array decoders{
    Decoder{Compression::gzip, "gzip", gzip},    Decoder{Compression::xz, "xz", xz},
    Decoder{Compression::lzma, "lzma", lzma},    Decoder{Compression::zstd, "zstd", zstd},
    Decoder{Compression::bzip2, "bzip2", bzip2}, Decoder{Compression::lz4, "lz4", lz4},
    Decoder{Compression::lzo, "lzo", lzo},
};

const Decoder &decoder_of(Compression compression) {
    return *std::ranges::find(decoders, compression, &Decoder::compression);
}

Result<Decoder> built_in_decoder(Compression compression) {
    const Decoder &decoder = decoder_of(compression);
    if (!decoder.unpack)
        return fail(Cause::unsupported,
                    fmt::format("the file is packed with {}, which this build cannot unpack", decoder.name),
                    fmt::format("unpack it first, or use a kexec that was built with {}", decoder.name));
    return decoder;
}

struct Magic {
    Compression compression;
    std::string_view bytes;
};

using namespace std::string_view_literals;
constexpr std::array magics{
    Magic{Compression::gzip, "\x1f\x8b\x08"sv},     Magic{Compression::xz, "\xfd\x37zXZ\0"sv},
    Magic{Compression::zstd, "\x28\xb5\x2f\xfd"sv}, Magic{Compression::lz4, "\x02\x21\x4c\x18"sv},
    Magic{Compression::lz4, "\x04\x22\x4d\x18"sv},  Magic{Compression::lzo, "\x89LZO\0\r\n\x1a\n"sv},
};

// "BZh", the block size in units of 100 kB, then the magic of the first block or of an empty stream's end.
bool is_bzip2(std::string_view text) {
    if (text.size() < 5 || !text.starts_with("BZh") || text[3] < '1' || text[3] > '9')
        return false;
    return text[4] == '\x31' || text[4] == '\x17';
}

// Encoders write a dictionary size of 2^n or 2^n + 2^(n-1).
bool is_dictionary_size(std::uint32_t size) {
    if (size < 4096)
        return false;
    std::uint32_t highest = std::bit_floor(size);
    return size == highest || size == highest + highest / 2;
}

struct LzmaHeader {
    std::byte properties; // (pb * 5 + lp) * 9 + lc: position, literal position and literal context bits
    le32 dictionary_size;
    le64 size;            // all ones where the encoder did not know it
    std::byte first_byte; // of the range coder's five: always 0
};
static_assert(sizeof(LzmaHeader) == 14);

bool is_lzma(Bytes file) {
    auto header = read_at<LzmaHeader>(file, 0, "an lzma header");
    if (!header)
        return false;
    // What all encoders write, and the kernel's own reader knows such data by (lib/decompress.c): with any
    // other properties too many files would pass for packed ones, those that start with zeros first of all.
    // Sizes end at 256 GiB as in liblzma.
    constexpr std::byte usual_properties{0x5d};
    constexpr std::uint64_t unknown_size = UINT64_MAX, largest_size = std::uint64_t{1} << 38;
    return header->properties == usual_properties && is_dictionary_size(header->dictionary_size) &&
           (header->size == unknown_size || (header->size > 0 && header->size <= largest_size)) &&
           header->first_byte == std::byte{0};
}

Bytes without_zero_padding(Bytes bytes) {
    auto first = std::ranges::find_if(bytes, [](std::byte byte) { return byte != std::byte{0}; });
    return {first, bytes.end()};
}

} // namespace

std::string_view name_of(Compression compression) { return decoder_of(compression).name; }

std::vector<std::string_view> compression_names(bool built_in) {
    std::vector<std::string_view> names;
    for (const Decoder &decoder : decoders)
        if ((decoder.unpack != nullptr) == built_in)
            names.push_back(decoder.name);
    return names;
}

std::optional<Compression> recognise_compression(Bytes file) {
    for (const Magic &magic : magics)
        if (starts_with(file, as_bytes(magic.bytes)))
            return magic.compression;
    if (is_bzip2(as_text(file.first(std::min<std::size_t>(file.size(), 5)))))
        return Compression::bzip2;
    if (is_lzma(file))
        return Compression::lzma;
    return std::nullopt;
}

Result<Buffer> decompress(Bytes packed, Compression compression, std::uint64_t ceiling) {
    Decoder decoder = TRY(built_in_decoder(compression));
    Unpacked out(decoder.name, packed.size(), ceiling);
    Bytes rest = packed;
    do {
        std::size_t used = TRY(decoder.unpack(rest, out));
        rest = without_zero_padding(rest.subspan(used));
        // lzma has no magic: what follows is more likely a size word than a second file.
    } while (compression != Compression::lzma && recognise_compression(rest) == compression);
    return out.take();
}

Result<UnpackedMember> decompress_member(Bytes packed, Compression compression, std::uint64_t ceiling) {
    Decoder decoder = TRY(built_in_decoder(compression));
    Unpacked out(decoder.name, packed.size(), ceiling);
    std::size_t used = TRY(decoder.unpack(packed, out));
    return UnpackedMember{out.take(), used};
}

#if !HAVE_ZLIB
std::optional<Buffer> pack_gzip(Bytes) { return std::nullopt; }
#endif

Result<Buffer> compress_gzip(Bytes bytes) {
    if (auto packed = pack_gzip(bytes))
        return *std::move(packed);
    return fail(Cause::unsupported, "cannot pack as gzip: this build has no zlib, or there is no memory",
                "use a build that has zlib, or free some memory");
}

Unpacked::Unpacked(std::string_view compression, std::uint64_t packed_size, std::uint64_t most)
    : compression_(compression), packed_size_(packed_size), most_(std::min(most, UINT64_MAX / 2)) {}

void Unpacked::expect(std::uint64_t total) {
    // Kernels pack to a third or a sixth; what a small file promises beyond this must come true first. The
    // byte more is for the decoder that finds the end of its input only when it has room to go on.
    constexpr std::uint64_t best_ratio = 16;
    if (total / best_ratio <= packed_size_ && total <= most_ && total + 1 > buffer_.size())
        buffer_.resize(total + 1);
}

MutableBytes Unpacked::room(std::uint64_t wanted) {
    if (buffer_.size() - size_ < wanted) {
        constexpr std::uint64_t usual_ratio = 4;
        std::uint64_t start =
            std::max<std::uint64_t>(std::min(packed_size_, most_ / usual_ratio) * usual_ratio, 4096);
        std::uint64_t grown = std::max<std::uint64_t>(buffer_.size() * 2, start);
        std::uint64_t needed = wanted > most_ - std::min(size(), most_) ? most_ + 1 : size_ + wanted;
        buffer_.resize(std::min(std::max(grown, needed), most_ + 1));
    }
    return MutableBytes(buffer_).subspan(size_);
}

Buffer Unpacked::take() {
    buffer_.resize(size_);
    return std::move(buffer_);
}

Failure Unpacked::damaged() const {
    return fail(Cause::bad_image,
                fmt::format("the {} data is damaged or cut short (at {} bytes unpacked)", compression_,
                            size_),
                "copy the file here again, or name another file");
}

Failure Unpacked::exceeded() const {
    return fail(Cause::bad_image,
                fmt::format("the {} data unpacks to more than {} bytes", compression_, most_),
                "this is no kernel; name another file");
}

Failure Unpacked::needs_too_much_memory(std::uint64_t limit) const {
    return fail(Cause::unsupported,
                fmt::format("the {} data takes a dictionary of more than {} MiB to unpack", compression_,
                            limit >> 20),
                "unpack the file first");
}

std::uint64_t last_word(Bytes packed) {
    if (packed.size() < sizeof(le32))
        return 0;
    return read_at<le32>(packed, packed.size() - sizeof(le32), "a size").value_or(le32{});
}

} // namespace kexec
