// SPDX-License-Identifier: GPL-2.0-or-later
// KIMD as the purgatory of s390x uses it. No emulator offers its SHA-256; its SHA-512, which QEMU offers,
// goes through the same lines: same registers, same condition code, same query. So SHA-512 shows that these
// are right, and what is chosen for SHA-256 is what the query says.
#include "purgatory/s390x/kimd.h"
#include "purgatory/sha256.h"

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

int failures = 0;

void expect(const char *what, bool holds) {
    if (!holds)
        std::printf("wrong: %s\n", what);
    failures += !holds;
}

// FIPS 180-4, 5.1.2 and 5.3.5: the padding, and the value that SHA-512 starts from.
std::vector<uint8_t> padded(const std::string &message) {
    std::vector<uint8_t> bytes(message.begin(), message.end());
    bytes.push_back(0x80);
    while (bytes.size() % 128 != 112)
        bytes.push_back(0);
    uint64_t bits = message.size() * 8;
    bytes.insert(bytes.end(), 8, 0);
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<uint8_t>(bits >> shift));
    return bytes;
}

std::string sha512(const std::string &message) {
    uint64_t state[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                         0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
    std::vector<uint8_t> blocks = padded(message);
    purgatory::kimd(purgatory::kimd_sha_512, state, blocks.data(), blocks.size());
    std::string text;
    for (uint64_t word : state)
        for (int shift = 60; shift >= 0; shift -= 4)
            text += "0123456789abcdef"[word >> shift & 15];
    return text;
}

} // namespace

// `kimd_test guard` asks only what is offered.
int main(int argc, char **argv) {
    using namespace purgatory;
    bool guard_only = argc == 2 && std::strcmp(argv[1], "guard") == 0;
    expect("the query function is offered wherever the facility is",
           kimd_offers(kimd_query) == has_message_security_assist());
    expect("KIMD has no function 127", !kimd_offers(127));
    expect("the scalar SHA-256 is chosen where KIMD does not offer it",
           (fastest_sha256_compress() == sha256_compress_scalar) == !kimd_offers(kimd_sha_256));
    if (!guard_only && !kimd_offers(kimd_sha_512)) {
        std::puts("skipped: this processor's KIMD offers no SHA-512");
        return failures == 0 ? 77 : 1;
    }
    if (guard_only)
        return failures == 0 ? 0 : 1;
    // FIPS 180-4's own examples; a million bytes make an emulator stop in between.
    expect("abc", sha512("abc") == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                   "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    expect("a million times a", sha512(std::string(1000000, 'a')) ==
                                    "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
                                    "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b");
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
