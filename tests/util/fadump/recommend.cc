// SPDX-License-Identifier: GPL-2.0-or-later
// The table's rows and their borders, and sizes as words.
#include "util/fadump/recommend.h"

#include "tests/catch.h"

using namespace kexec;
using namespace kexec::fadump;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20, gibibyte = 1 << 30, tebibyte = gibibyte << 10;

std::string recommended(std::uint64_t memory) {
    auto size = recommended_memory(memory);
    return size ? size_word(*size) : "none";
}

} // namespace

TEST_CASE("each row of the table, at both its borders", "[recommend]") {
    struct Row {
        std::uint64_t first, last;
        const char *size;
    };
    for (const Row &row :
         {Row{4 * gibibyte, 15 * gibibyte, "768M"}, Row{16 * gibibyte, 63 * gibibyte, "1G"},
          Row{64 * gibibyte, 127 * gibibyte, "2G"}, Row{128 * gibibyte, 1023 * gibibyte, "4G"},
          Row{tebibyte, 2047 * gibibyte, "6G"}, Row{2 * tebibyte, 4095 * gibibyte, "12G"},
          Row{4 * tebibyte, 8191 * gibibyte, "20G"}, Row{8 * tebibyte, 16383 * gibibyte, "36G"},
          Row{16 * tebibyte, 32767 * gibibyte, "64G"}, Row{32 * tebibyte, 65535 * gibibyte, "128G"},
          Row{64 * tebibyte, UINT64_MAX, "180G"}}) {
        CHECK(recommended(row.first) == row.size);
        CHECK(recommended(row.last) == row.size);
    }
    CHECK(recommended(3 * gibibyte) == "none");
    CHECK(recommended(0) == "none");
}

TEST_CASE("what the firmware takes of a machine's memory does not make it smaller", "[recommend]") {
    CHECK(recommended(64 * gibibyte - 100 * mebibyte) == "2G");
    CHECK(recommended(64 * gibibyte - 128 * mebibyte) == "1G");
}

TEST_CASE("what the kernel takes by itself", "[recommend]") {
    CHECK(default_memory(4 * gibibyte, Platform::powervm) == 320 * mebibyte);
    CHECK(default_memory(4 * gibibyte, Platform::opal) == 768 * mebibyte);
    CHECK(default_memory(100 * gibibyte, Platform::powervm) == 5 * gibibyte);
    CHECK(default_memory(99 * gibibyte, Platform::opal) == 4864 * mebibyte);
}

TEST_CASE("sizes as words, both ways", "[recommend]") {
    CHECK(size_word(768 * mebibyte) == "768M");
    CHECK(size_word(3 * gibibyte) == "3G");
    CHECK(size_word(0) == "0M");
    CHECK(*parse_size("64G") == 64 * gibibyte);
    CHECK(*parse_size("64g") == 64 * gibibyte);
    CHECK(*parse_size("4194304K") == 4 * gibibyte);
    CHECK(*parse_size("512M") == 512 * mebibyte);
    CHECK(*parse_size("2T") == 2 * tebibyte);
    CHECK(*parse_size("4294967296") == 4 * gibibyte);
    for (const char *wrong :
         {"", "G", "0", "0G", "-1G", "1.5G", "1GB", "64 G", "16777216T", "99999999999999999999"})
        CHECK(parse_size(wrong).error().cause == Cause::bad_usage);
}
