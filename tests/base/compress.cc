// SPDX-License-Identifier: GPL-2.0-or-later
// Unpacking what the libraries themselves packed, whole, cut short, altered, joined and far too large.
#include "base/compress.h"

#include "tests/catch.h"
#include "tests/support/pack.h"

#include <string>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t ceiling = 64 << 20;
constexpr Compression every[] = {Compression::gzip,  Compression::xz,  Compression::lzma, Compression::zstd,
                                 Compression::bzip2, Compression::lz4, Compression::lzo};

struct Packer {
    std::string name;
    Compression compression;
    Buffer (*packed)(Bytes plain);
    bool has_end;      // a file cut short anywhere is seen to be
    bool has_checksum; // a changed byte is seen, too
};

template <Compression compression> Buffer packed_with(Bytes plain) { return pack(plain, compression); }

const Packer packers[] = {
    {"gzip", Compression::gzip, packed_with<Compression::gzip>, true, true},
    {"xz", Compression::xz, packed_with<Compression::xz>, true, true},
    {"lzma", Compression::lzma, packed_with<Compression::lzma>, true, false},
    {"zstd", Compression::zstd, packed_with<Compression::zstd>, true, true},
    {"bzip2", Compression::bzip2, packed_with<Compression::bzip2>, true, true},
    {"lz4 legacy", Compression::lz4, packed_with<Compression::lz4>, false, false},
    {"lz4 frame", Compression::lz4, pack_lz4_frame, true, true},
    {"lzo", Compression::lzo, packed_with<Compression::lzo>, true, true},
};

const Packer &any_packer() { return packers[GENERATE(range(0, 8))]; }

Buffer joined(Bytes first, Bytes second) {
    Buffer both(first.begin(), first.end());
    append(both, second);
    return both;
}

} // namespace

TEST_CASE("what was packed comes back", "[compress]") {
    const Packer &packer = any_packer();
    std::size_t size = GENERATE(as<std::size_t>(), 1, 1000, 300000);
    CAPTURE(packer.name, size);
    Buffer plain = packable_bytes(size);
    Buffer packed = packer.packed(plain);
    REQUIRE(recognise_compression(packed) == packer.compression);
    auto unpacked = decompress(packed, packer.compression, ceiling);
    REQUIRE(unpacked);
    CHECK(*unpacked == plain);
}

TEST_CASE("a kernel larger than a block comes back", "[compress]") {
    Buffer plain = packable_bytes(9 << 20); // legacy lz4 has blocks of 8 MiB, the largest there are
    Buffer packed = pack(plain, Compression::lz4);
    CHECK(decompress(packed, Compression::lz4, ceiling) == plain);
    append(packed, bytes_of(le32(9 << 20)));
    CHECK(decompress(packed, Compression::lz4, ceiling) == plain);
}

TEST_CASE("bytes that do not pack come back, too", "[compress]") {
    const Packer &packer = any_packer();
    Buffer plain;
    for (std::uint32_t word = 12345; plain.size() < 40000; word = word * 1664525 + 1013904223)
        plain.push_back(std::byte(word >> 24));
    CHECK(decompress(packer.packed(plain), packer.compression, ceiling) == plain);
}

TEST_CASE("a file cut short anywhere is an error that says so", "[compress]") {
    const Packer &packer = any_packer();
    Buffer plain = packable_bytes(4000);
    Buffer packed = packer.packed(plain);
    std::string expected =
        "the " + std::string(name_of(packer.compression)) + " data is damaged or cut short (at ";
    // A legacy lz4 frame that ends behind its magic is an empty one.
    std::size_t shortest = packer.has_end ? 0 : 5;
    for (std::size_t size = shortest; size < packed.size(); size++) {
        auto unpacked = decompress(Bytes(packed).first(size), packer.compression, ceiling);
        CAPTURE(packer.name, size);
        REQUIRE(!unpacked);
        REQUIRE(unpacked.error().cause == Cause::bad_image);
        REQUIRE(unpacked.error().what.starts_with(expected));
        REQUIRE(!unpacked.error().remedy.empty());
    }
}

TEST_CASE("a changed bit is an error or changes nothing", "[compress]") {
    const Packer &packer = any_packer();
    Buffer plain = packable_bytes(500);
    Buffer packed = packer.packed(plain);
    unsigned refused = 0;
    for (std::size_t bit = 0; bit < packed.size() * 8; bit++) {
        Buffer altered = packed;
        altered[bit / 8] ^= std::byte(1U << bit % 8);
        auto unpacked = decompress(altered, packer.compression, ceiling);
        CAPTURE(packer.name, bit);
        if (unpacked && packer.has_checksum)
            REQUIRE(*unpacked == plain);
        refused += !unpacked;
    }
    CHECK(refused > 0);
}

TEST_CASE("what unpacks to more than the ceiling is refused, up to it is not", "[compress]") {
    const Packer &packer = any_packer();
    CAPTURE(packer.name);
    constexpr std::uint64_t size = 9 << 20;
    Buffer packed = packer.packed(Buffer(size));
    CHECK(decompress(packed, packer.compression, size)->size() == size);
    for (std::uint64_t most : {size - 1, std::uint64_t{1 << 20}, std::uint64_t{4096}, std::uint64_t{0}}) {
        auto unpacked = decompress(packed, packer.compression, most);
        REQUIRE(!unpacked);
        CHECK(unpacked.error().cause == Cause::bad_image);
        CHECK(unpacked.error().what == "the " + std::string(name_of(packer.compression)) +
                                           " data unpacks to more than " + std::to_string(most) + " bytes");
    }
}

TEST_CASE("what says itself that it is too large is refused before it is unpacked", "[compress]") {
    // Unpacking would find the damage first.
    Compression compression = GENERATE(Compression::zstd, Compression::lzma);
    CAPTURE(name_of(compression));
    constexpr std::uint64_t size = 100000;
    Buffer packed = pack(packable_bytes(size), compression);
    if (compression == Compression::lzma)
        write_at(packed, 5, le64(size));
    std::fill(packed.begin() + 32, packed.begin() + 256, std::byte{0xff});
    Error error = decompress(packed, compression, size - 1).error();
    CHECK(error.what ==
          "the " + std::string(name_of(compression)) + " data unpacks to more than 99999 bytes");
    CHECK(decompress(packed, compression, size).error().what.find("damaged or cut short") !=
          std::string::npos);
}

TEST_CASE("members in a row are joined", "[compress]") {
    const Packer &packer = any_packer();
    if (packer.compression == Compression::lzma)
        return; // has no magic to tell a second member by
    CAPTURE(packer.name);
    Buffer first = packable_bytes(5000, 1), second = packable_bytes(7000, 2);
    Buffer packed = joined(packer.packed(first), packer.packed(second));
    CHECK(decompress(packed, packer.compression, ceiling) == joined(first, second));
    CHECK(!decompress(packed, packer.compression, 11999));
    packed.resize(packed.size() - 6);
    CHECK(!decompress(packed, packer.compression, ceiling));
}

TEST_CASE("the size word of the kernel's build and zero padding stay out", "[compress]") {
    const Packer &packer = any_packer();
    CAPTURE(packer.name);
    Buffer plain = packable_bytes(50000);
    Buffer packed = packer.packed(plain);
    CHECK(decompress(joined(packed, bytes_of(le32(50000))), packer.compression, ceiling) == plain);
    CHECK(decompress(joined(packed, Buffer(512)), packer.compression, ceiling) == plain);
}

TEST_CASE("a size word that lies does no harm", "[compress]") {
    const Packer &packer = any_packer();
    if (!packer.has_end)
        return; // there it tells the end
    CAPTURE(packer.name);
    Buffer plain = packable_bytes(50000);
    for (std::uint32_t lie : {0U, 1U, 49999U, 0x7fffffffU, 0xffffffffU})
        CHECK(decompress(joined(packer.packed(plain), bytes_of(le32(lie))), packer.compression, ceiling) ==
              plain);
}

TEST_CASE("a zstd frame that does not tell its size is unpacked all the same", "[compress]") {
    Buffer plain(3 << 20); // zeros: much more than the packed size lets expect
    Buffer packed = pack_zstd_of_unknown_size(plain);
    REQUIRE(packed.size() < 4096);
    CHECK(decompress(packed, Compression::zstd, 3 << 20) == plain);
    CHECK(!decompress(packed, Compression::zstd, (3 << 20) - 1));
}

TEST_CASE("frames of zstd that hold no data are passed over", "[compress]") {
    Buffer first = packable_bytes(5000, 1), second = packable_bytes(7000, 2);
    Buffer packed = pack(first, Compression::zstd);
    append(packed, bytes_of(le32(0x184d2a55)));
    append(packed, bytes_of(le32(3)));
    append(packed, as_bytes("abc"));
    append(packed, pack(second, Compression::zstd));
    CHECK(decompress(packed, Compression::zstd, ceiling) == joined(first, second));
}

TEST_CASE("nothing is unpacked on the word of a file", "[compress]") {
    // An lzma header that promises 200 GiB, and one that wants a dictionary of 3 GiB.
    Buffer packed = pack(packable_bytes(1000), Compression::lzma);
    write_at(packed, 5, le64(std::uint64_t{200} << 30));
    CHECK(decompress(packed, Compression::lzma, ceiling).error().cause == Cause::bad_image);
    write_at(packed, 5, le64(UINT64_MAX)); // not known
    write_at(packed, 1, le32(3U << 30));
    REQUIRE(recognise_compression(packed) == Compression::lzma);
    Error error = decompress(packed, Compression::lzma, ceiling).error();
    CHECK(error.cause == Cause::unsupported);
    CHECK(error.what == "the lzma data takes a dictionary of more than 256 MiB to unpack");
}

TEST_CASE("what is not packed is not taken for it", "[compress]") {
    CHECK(!recognise_compression({}));
    CHECK(!recognise_compression(as_bytes("\x1f\x8b")));
    CHECK(!recognise_compression(as_bytes("\x7f"
                                          "ELF\x02\x01\x01")));
    CHECK(!recognise_compression(as_bytes("MZ")));
    CHECK(!recognise_compression(as_bytes("BZhello")));
    CHECK(!recognise_compression(Buffer(4096))); // zeros would be an lzma header of sorts
    CHECK(!recognise_compression(Buffer(4096, std::byte{0xff})));
}

TEST_CASE("an lzma header is one that encoders write", "[compress]") {
    Buffer packed = pack(packable_bytes(1000), Compression::lzma);
    REQUIRE(recognise_compression(packed) == Compression::lzma);
    auto altered = [&](std::size_t offset, auto value) {
        Buffer copy = packed;
        write_at(copy, offset, value);
        return recognise_compression(copy);
    };
    CHECK(altered(0, std::uint8_t{(2 * 5 + 0) * 9 + 3}) == Compression::lzma); // the usual 0x5d
    CHECK(!altered(0, std::uint8_t{225}));                                     // pb would be 5
    CHECK(!altered(0, std::uint8_t{(2 * 5 + 4) * 9 + 4}));                     // lc + lp is 8
    CHECK(altered(1, le32(0x00c00000)) == Compression::lzma);                  // 2^23 + 2^22
    CHECK(!altered(1, le32(0x00c00001)));
    CHECK(!altered(1, le32(0x00000800)));
    CHECK(!altered(5, le64(0)));
    CHECK(!altered(5, le64(std::uint64_t{1} << 40)));
    CHECK(!altered(13, std::uint8_t{1}));
    CHECK(!recognise_compression(Bytes(packed).first(13)));
}

TEST_CASE("what is packed as gzip unpacks, and the same bytes pack the same", "[compress]") {
    for (std::size_t size : {0u, 1u, 65536u, 1000000u}) {
        Buffer bytes(size);
        for (std::size_t i = 0; i < size; i++)
            bytes[i] = static_cast<std::byte>(i * i >> 7);
        Buffer packed = compress_gzip(bytes).value();
        CHECK(recognise_compression(packed) == Compression::gzip);
        CHECK(decompress(packed, Compression::gzip, 1000000).value() == bytes);
        CHECK(compress_gzip(bytes).value() == packed);
    }
    CHECK(compress_gzip(Buffer(10 << 20)).value().size() < 20000);
}

TEST_CASE("a gzip file with a wrong size at its end, or with a second member, is unpacked or refused as ever",
          "[compress]") {
    Buffer bytes(100000, std::byte{7}), more(3000, std::byte{8});
    Buffer packed = compress_gzip(bytes).value(), both = packed;
    append(both, compress_gzip(more).value());
    Buffer all = bytes;
    append(all, more);
    CHECK(decompress(both, Compression::gzip, 1000000).value() == all);
    for (std::uint32_t size : {0U, 1U, 99999U, 100001U, 0xffffffffU}) {
        Buffer wrong = packed;
        write_at(wrong, wrong.size() - 4, le32(size));
        CHECK_FALSE(decompress(wrong, Compression::gzip, 1000000));
    }
    CHECK(decompress(packed, Compression::gzip, 100000).value() == bytes);
    CHECK_FALSE(decompress(packed, Compression::gzip, 99999));
}

TEST_CASE("every compression has a name", "[compress]") {
    std::string names;
    for (Compression compression : every)
        names += std::string(name_of(compression)) + " ";
    CHECK(names == "gzip xz lzma zstd bzip2 lz4 lzo ");
}

TEST_CASE("the tests are built with every library", "[compress]") {
    CHECK(compression_names(true).size() == std::size(every));
    CHECK(compression_names(false).empty());
}

TEST_CASE("a snappy page unpacks on every machine, whichever packed it", "[compress]") {
    // By the format: a size of 64, a literal of eight bytes, and a copy of 56 from eight bytes back.
    constexpr std::string_view packed("\x40\x1c"
                                      "abcdefgh\xde\x08\0",
                                      13);
    Buffer page(64);
    REQUIRE(unpack_page(as_bytes(packed), PageCompression::snappy, page));
    CHECK(as_text(page) == "abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh");
}

TEST_CASE("pages come back from each compression, whole or not at all", "[compress]") {
    auto compression =
        GENERATE(PageCompression::zlib, PageCompression::lzo, PageCompression::snappy, PageCompression::zstd);
    Buffer plain = packable_bytes(4096), page(4096);
    Buffer packed = pack_page(plain, compression);
    REQUIRE(unpack_page(packed, compression, page));
    CHECK(page == plain);
    Buffer larger(8192), smaller(2048);
    CHECK_FALSE(unpack_page(packed, compression, larger));
    CHECK_FALSE(unpack_page(packed, compression, smaller));
    for (std::size_t size = 0; size < packed.size(); size += 7)
        CHECK_FALSE(unpack_page(Bytes(packed).first(size), compression, page));
}
