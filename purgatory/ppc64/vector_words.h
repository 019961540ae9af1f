// SPDX-License-Identifier: GPL-2.0-or-later
// Vectors of four words, and vshasigmaw (Power ISA 2.07B, section 6.11.3), which computes one of the four
// sigma functions of FIPS 180-4, section 4.1.2, in each of them.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace purgatory {

using Words [[gnu::vector_size(16)]] = uint32_t;

// The second operand of the instruction chooses between the two with small and with big letters, the third
// has a bit for each word that chooses between number 0 and number 1.
template <int big, int number> [[gnu::always_inline]] inline Words sigma(Words x) {
    Words result;
    asm("vshasigmaw %0, %1, %2, %3" : "=v"(result) : "v"(x), "n"(big), "n"(number == 0 ? 0 : 15));
    return result;
}

// Four words that stand in big endian order; `from` needs no alignment.
inline Words load_big_endian(const uint8_t *from) {
    using Octets [[gnu::vector_size(16)]] = uint8_t;
    Octets octets;
    __builtin_memcpy(&octets, from, sizeof octets);
    return reinterpret_cast<Words>(
        __builtin_shuffle(octets, Octets{3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12}));
}

} // namespace purgatory
