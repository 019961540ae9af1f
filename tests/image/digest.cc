// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/digest.h"

#include "tests/catch.h"
#include "tests/support/digest.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Buffer some_bytes(std::size_t size) {
    Buffer bytes(size);
    for (std::size_t i = 0; i < bytes.size(); i++)
        bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
    return bytes;
}

} // namespace

TEST_CASE("digests of several messages are those of each by itself, whatever their sizes and places") {
    Buffer all = some_bytes(70000);
    std::vector<Message> messages;
    for (std::size_t size : {0u, 1u, 63u, 64u, 65u, 127u, 128u, 1000u, 5000u, 5001u, 30000u, 0u, 64u}) {
        messages.push_back({Bytes(all).subspan(size % 13, size)});
        std::vector<MessageDigest> digests = digests_of(messages);
        REQUIRE(digests.size() == messages.size());
        for (std::size_t i = 0; i < messages.size(); i++)
            CHECK(digests[i].whole == digest_of(messages[i].bytes));
    }
    CHECK(digests_of({}).empty());
}

TEST_CASE("parts have the digest of the message up to their end, and the state to go on from") {
    Buffer all = some_bytes(20000);
    Message cut{all, {{0, 64}, {64, 1000}, {1088, 0x1000}, {0x2000, 20000 - 0x2000}}};
    // Messages beside it, so that two are worked at a time.
    for (std::size_t beside : {0u, 1u, 3u}) {
        std::vector<Message> messages(beside, {Bytes(all).first(9999), {{4096, 5000}}});
        messages.push_back(cut);
        std::vector<MessageDigest> digests = digests_of(messages);
        for (std::size_t m = 0; m < messages.size(); m++) {
            Bytes bytes = messages[m].bytes;
            CHECK(digests[m].whole == digest_of(bytes));
            REQUIRE(digests[m].parts.size() == messages[m].parts.size());
            for (std::size_t i = 0; i < messages[m].parts.size(); i++) {
                MessagePart part = messages[m].parts[i];
                CHECK(digests[m].parts[i].digest == digest_of(bytes.first(part.first + part.size)));
                CHECK(digests[m].parts[i].digest == digest_from(digests[m].parts[i].state, part.first,
                                                                bytes.subspan(part.first, part.size)));
            }
        }
    }
}
