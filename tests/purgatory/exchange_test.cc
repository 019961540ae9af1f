// SPDX-License-Identifier: GPL-2.0-or-later
// The exchange of memory that s390x's purgatory makes: every byte changes places, nothing beside it changes.
#include "purgatory/s390x/exchange.h"

#include <cstdio>
#include <vector>

namespace {

constexpr size_t room = 64; // on either side, which must stay as it is

uint8_t pattern(size_t i, unsigned seed) { return static_cast<uint8_t>(i * 37 + i / 256 * 11 + seed); }

std::vector<uint8_t> filled(size_t size, unsigned seed) {
    std::vector<uint8_t> bytes(size + 2 * room);
    for (size_t i = 0; i < bytes.size(); i++)
        bytes[i] = pattern(i, seed);
    return bytes;
}

size_t wrong_bytes(const std::vector<uint8_t> &bytes, size_t size, unsigned outside, unsigned inside) {
    size_t wrong = 0;
    for (size_t i = 0; i < bytes.size(); i++)
        wrong += bytes[i] != pattern(i, i >= room && i < room + size ? inside : outside);
    return wrong;
}

} // namespace

int main() {
    int failures = 0;
    for (size_t size : {size_t{0}, size_t{256}, size_t{4096}, size_t{77} * 4096}) {
        std::vector<uint8_t> one = filled(size, 1), other = filled(size, 2);
        purgatory_exchange(one.data() + room, other.data() + room, size);
        size_t wrong = wrong_bytes(one, size, 1, 2) + wrong_bytes(other, size, 2, 1);
        if (wrong != 0)
            std::printf("%zu bytes: %zu are wrong\n", size, wrong);
        failures += wrong != 0;
    }
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
