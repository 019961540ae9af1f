// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/digest.h"

#include "tests/catch.h"

using namespace kexec;

TEST_CASE("digests of several pieces are those of each by itself, whatever their sizes and places") {
    Buffer all(70000);
    for (std::size_t i = 0; i < all.size(); i++)
        all[i] = static_cast<std::byte>(i * 7 + i / 251);
    std::vector<Bytes> pieces;
    for (std::size_t size : {0u, 1u, 63u, 64u, 65u, 127u, 128u, 1000u, 5000u, 5001u, 30000u, 0u, 64u}) {
        pieces.push_back(Bytes(all).subspan(size % 13, size));
        std::vector<Digest> digests = digests_of(pieces);
        REQUIRE(digests.size() == pieces.size());
        for (std::size_t i = 0; i < pieces.size(); i++)
            CHECK(digests[i] == digest_of(pieces[i]));
    }
    CHECK(digests_of({}).empty());
}
