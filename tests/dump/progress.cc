// SPDX-License-Identifier: GPL-2.0-or-later
// The bar, from nothing to all.
#include "dump/progress.h"

#include "tests/catch.h"

using namespace kexec;

TEST_CASE("a bar fills from its start to its end", "[progress]") {
    std::uint64_t size = 7ULL << 29; // 3.5 GiB
    CHECK(progress_bar("vmcore", 0, size) ==
          "vmcore  [>                             ]   0 %  0.0 of 3.5 GiB");
    CHECK(progress_bar("vmcore", size / 2, size) ==
          "vmcore  [===============>              ]  50 %  1.8 of 3.5 GiB");
    CHECK(progress_bar("vmcore", size, size) ==
          "vmcore  [==============================] 100 %  3.5 of 3.5 GiB");
}

TEST_CASE("a bar has no wrong numbers", "[progress]") {
    CHECK(progress_bar("a", 0, 0) == "a  [==============================] 100 %  0.0 of 0.0 GiB");
    CHECK(progress_bar("a", UINT64_MAX, UINT64_MAX).find("100 %") != std::string::npos);
    CHECK(progress_bar("a", UINT64_MAX - 1, UINT64_MAX).size() < 80);
}

TEST_CASE("a pace tells the rate and the time that is left", "[progress]") {
    constexpr std::uint64_t mebibyte = 1 << 20;
    CHECK(pace(100 * mebibyte, 300 * mebibyte, 2) == "50 MiB/s, 4 s left");
    CHECK(pace(100 * mebibyte, 100000 * mebibyte, 2) == "50 MiB/s, 33 min left");
    CHECK(pace(0, 100, 2).empty());
    CHECK(pace(100, 100, 0).empty());
    CHECK(pace(200, 100, 1).empty());
}

TEST_CASE("numbers are said as whole ones, and too large ones are no accident", "[progress]") {
    CHECK(rounded(0.4) == 0);
    CHECK(rounded(2.5) == 3);
    CHECK(rounded(-3) == 0);
    CHECK(rounded(1e30) == 1'000'000'000'000'000'000);
    CHECK(pace(UINT64_MAX - 1, UINT64_MAX, 1e-9).ends_with("MiB/s, 0 s left"));
}
