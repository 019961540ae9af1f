// SPDX-License-Identifier: GPL-2.0-or-later
// CRC-32 against its published check value, and against zlib's.
#include "base/crc32.h"

#include "tests/catch.h"
#include "tests/support/pack.h"

using namespace kexec;

TEST_CASE("crc32 of the digits is the check value that everybody gives") {
    CHECK(crc32_of(as_bytes("123456789")) == 0xcbf43926);
    CHECK(crc32_of({}) == 0);
}

TEST_CASE("crc16 of the digits is XMODEM's check value") {
    CHECK(crc16_of(as_bytes("123456789")) == 0x31c3);
    CHECK(crc16_of({}) == 0);
}

TEST_CASE("crc32 is the one that a gzip file ends with") {
    Buffer plain = testing::packable_bytes(10000);
    Buffer packed = testing::pack(plain, Compression::gzip);
    CHECK(read_at<le32>(packed, packed.size() - 8, "CRC32").value() == crc32_of(plain));
}
