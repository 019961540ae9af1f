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
std::string sha384(std::string_view text) { return text_of(sha384_of(as_bytes(text))); }
std::string sha512(std::string_view text) { return text_of(sha512_of(as_bytes(text))); }

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

TEST_CASE("SHA-384 and SHA-512 of FIPS 180-4's examples, and around the edge of a block") {
    CHECK(sha384("") == "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
                        "274edebfe76f65fbd51ad2f14898b95b");
    CHECK(sha384("abc") == "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                           "8086072ba1e7cc2358baeca134c825a7");
    CHECK(sha384(std::string(111, 'x')) == "dfec6588f894c2b089119e1884a23941e5aa69ed38702839cf7352ac6d155d31"
                                           "5693bb5d26b7468d8b69ecf4631ef419");
    CHECK(sha384(std::string(112, 'x')) == "d8489693bc428374931aedf508740398d9d4a92887116fecb2fcdd91c68b9db3"
                                           "29fc4a474e05e78c3eb34e649a6b5c77");
    CHECK(sha384(std::string(127, 'x')) == "7f90015607d4c124f9b89bea8aa5b246ebfc792cda7ddf8bd6dcf69f9ff8bbdc"
                                           "cbcbb32cebaa0b03fc93f10b61bde2a5");
    CHECK(sha384(std::string(128, 'x')) == "e660584956c8b1df44c92acb7c8eccfe0dca5255627c9fb44637c15363b772e5"
                                           "709edcf35b07bf43531951ab2fd51130");
    CHECK(sha384(std::string(129, 'x')) == "550bbedde5970254cd884182ac59cb3d4269183d168a44c93bb7373880269fb3"
                                           "729d74fe39a372a9972f6abfa8f77f50");
    CHECK(sha384(std::string(239, 'x')) == "831b8db491e9f1ce281f814dbfaa770446f3d2286b51395f14ea02cb34222dd9"
                                           "4f6d5003d359ca575c55064a7bf8b1d7");
    CHECK(sha384(std::string(240, 'x')) == "2c12b66c79b060be97e4949a0529db684f46d7949866f6d1096a22e621c60a9c"
                                           "1fbc1959d69dcfb08e88d869037eb048");
    CHECK(sha512("") == "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
    CHECK(sha512("abc") == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                           "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    CHECK(sha512(std::string(111, 'x')) ==
          "9a2a120825c2319867758ec277924f6faa254968bf752046dacdd948d8ad299b"
          "10359fd04bfd7d3810b5fa1b16a294236138baff981cbb85248478053ac4d3dd");
    CHECK(sha512(std::string(112, 'x')) ==
          "a3722b515ef40c910f2419f6e0da8ca51d410114ce6272faae64045f9e9f630e"
          "7fa8dd5a3243c9860b899d148c3da4bc0f9e07454542604d030bb55531fe0d5b");
    CHECK(sha512(std::string(127, 'x')) ==
          "1d5a8893e7b7ed83d485d26f88cfb846f3760279916976fe538e539fc16f7cd1"
          "9ba3e1c2cd5fda78749a74205755cdf694e8fa90b2bfed8815f406af76c1d7bf");
    CHECK(sha512(std::string(128, 'x')) ==
          "e2e22f8422b54b06e35c3ea30a383d1de7a8fbc27992923074103117020d8dd7"
          "024c3ecf7d6d1a15a6de5a75ff32fb486b9e8ced4c02ffe05822bf2cb734d0e0");
    CHECK(sha512(std::string(129, 'x')) ==
          "19015483ea99fa74728fd7b13adba6b729cfa4ab7c388573efa2641d2af0577f"
          "24dd51acbaeec41a7a11d10f6c4e68a3b90e7b2348c678486a4365c9d9101cdd");
    CHECK(sha512(std::string(239, 'x')) ==
          "805c40517b44cef414a06c632b4ee9c21d34c85a84c3f9530274db86e2a3e38c"
          "b0e54025666b925426bd6860f81538abbfab13011e85767d814a245d232a6044");
    CHECK(sha512(std::string(240, 'x')) ==
          "3e05caa7e0fddab685e6052bd902c316505180504344d00b1217e1349a532d1d"
          "0e5ce4b24d69eea3aca369dc16d8bbdf872b2fe1770e0e1aad22f84e0519bc6c");
}
