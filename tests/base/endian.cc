// SPDX-License-Identifier: GPL-2.0-or-later
// Stored integers: which byte stands where.
#include "base/endian.h"

#include "tests/catch.h"

#include <array>
#include <cstring>
#include <limits>

using namespace kexec;

namespace {

template <typename Stored> std::array<unsigned char, sizeof(Stored)> bytes_in(const Stored &stored) {
    std::array<unsigned char, sizeof(Stored)> bytes;
    std::memcpy(bytes.data(), &stored, sizeof stored);
    return bytes;
}

template <typename Stored> bool survives(typename Stored::Value value) { return Stored(value) == value; }

template <typename Stored> bool every_bit_survives() {
    using Value = typename Stored::Value;
    bool all = survives<Stored>(0) && survives<Stored>(std::numeric_limits<Value>::max());
    for (int bit = 0; bit < std::numeric_limits<Value>::digits; bit++)
        all = all && survives<Stored>(static_cast<Value>(Value{1} << bit));
    return all;
}

} // namespace

TEST_CASE("little endian: the lowest byte comes first") {
    CHECK(bytes_in(le16(0x0102)) == std::array<unsigned char, 2>{2, 1});
    CHECK(bytes_in(le32(0x01020304)) == std::array<unsigned char, 4>{4, 3, 2, 1});
    CHECK(bytes_in(le64(0x0102030405060708)) == std::array<unsigned char, 8>{8, 7, 6, 5, 4, 3, 2, 1});
}

TEST_CASE("big endian: the highest byte comes first") {
    CHECK(bytes_in(be16(0x0102)) == std::array<unsigned char, 2>{1, 2});
    CHECK(bytes_in(be32(0x01020304)) == std::array<unsigned char, 4>{1, 2, 3, 4});
    CHECK(bytes_in(be64(0x0102030405060708)) == std::array<unsigned char, 8>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("every bit is read back as it was written") {
    CHECK(every_bit_survives<le16>());
    CHECK(every_bit_survives<be16>());
    CHECK(every_bit_survives<le32>());
    CHECK(every_bit_survives<be32>());
    CHECK(every_bit_survives<le64>());
    CHECK(every_bit_survives<be64>());
}

TEST_CASE("a structure of stored integers has no padding") {
    struct Mixed {
        std::uint8_t one;
        le64 eight;
        be16 two;
    };
    CHECK(sizeof(Mixed) == 11);
    CHECK(alignof(Mixed) == 1);
}

TEST_CASE("stored integers are 0 unless told otherwise, and work at compile time") {
    CHECK(le32() == 0);
    static_assert(be32(0xffffffff) == 0xffffffff);
}
