// SPDX-License-Identifier: GPL-2.0-or-later
// The digests of the documents, and of messages whose padding just fits a block and just does not.
#include "base/digest.h"

#include "tests/catch.h"

#include <fmt/core.h>

using namespace kexec;

namespace {

template <std::size_t size> std::string text_of(const std::array<std::byte, size> &digest) {
    std::string text;
    for (std::byte byte : digest)
        text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

std::string md5(std::string_view text) { return text_of(md5_of(as_bytes(text))); }
std::string sha1(std::string_view text) { return text_of(sha1_of(as_bytes(text))); }

} // namespace

TEST_CASE("MD5 of RFC 1321's test suite") {
    CHECK(md5("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(md5("a") == "0cc175b9c0f1b6a831c399e269772661");
    CHECK(md5("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
    CHECK(md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
          "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("SHA-1 of RFC 3174's test cases") {
    CHECK(sha1("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(sha1(std::string(1000000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST_CASE("the padding takes a block of its own where the length does not fit") {
    CHECK(md5(std::string(55, 'x')) == "04364420e25c512fd958a70738aa8f72");
    CHECK(sha1(std::string(55, 'x')) == "cef734ba81a024479e09eb5a75b6ddae62e6abf1");
    CHECK(md5(std::string(56, 'x')) == "668a72d5ba17f08e62dabcafad6db14b");
    CHECK(sha1(std::string(56, 'x')) == "901305367c259952f4e7af8323f480d59f81335b");
    CHECK(md5(std::string(63, 'x')) == "7dc2ca208106a2f703567bdff99d8981");
    CHECK(sha1(std::string(63, 'x')) == "0ddc4e0cccd9a12850deb5abb0853a4425559fec");
    CHECK(md5(std::string(64, 'x')) == "c1bb4f81d892b2d57947682aeb252456");
    CHECK(sha1(std::string(64, 'x')) == "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163");
    CHECK(md5(std::string(65, 'x')) == "1bc932052302d074bdec39795fe00cf6");
    CHECK(sha1(std::string(65, 'x')) == "78c741ddc482e4cdf8c474a0876347a0905b6233");
    CHECK(md5(std::string(119, 'x')) == "ab347a5f68c8a443cfcddc633f12c24f");
    CHECK(sha1(std::string(119, 'x')) == "4300320394f7ee239bcdce7d3b8bcee173a0cd5c");
    CHECK(md5(std::string(120, 'x')) == "fb98667f98096de92620b64f46e1c5b5");
    CHECK(sha1(std::string(120, 'x')) == "ceb2821639c4b6dcb10bce0e522ca2e608ce056d");
}
