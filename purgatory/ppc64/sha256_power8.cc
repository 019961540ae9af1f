// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 with vshasigmaw. The message schedule is made with it, four words at a time. The rounds, each of
// which needs the one before, are quicker in general registers. Which routine serves is decided here, too.
// This file and stripes_power8.cc alone may touch vector registers.
#include "purgatory/ppc64/stripes_power8.h"
#include "purgatory/ppc64/vector_words.h"
#include "purgatory/sha256.h"

namespace purgatory {

namespace {

// The next four words of the schedule from the sixteen before them, oldest four first. The last two of them
// need the first two.
inline Words next_words(Words a, Words b, Words c, Words d) {
    const Words zero = {};
    Words next = a + sigma<0, 0>(__builtin_shuffle(a, b, Words{1, 2, 3, 4})) +
                 __builtin_shuffle(c, d, Words{1, 2, 3, 4});
    next += __builtin_shuffle(sigma<0, 1>(d), zero, Words{2, 3, 4, 5});
    return next + __builtin_shuffle(zero, sigma<0, 1>(next), Words{0, 1, 4, 5});
}

inline void make_schedule(Words *words, const uint8_t *block) {
    for (size_t i = 0; i < 4; i++)
        words[i] = load_big_endian(block + 16 * i);
    for (size_t i = 4; i < 16; i++)
        words[i] = next_words(words[i - 4], words[i - 3], words[i - 2], words[i - 1]);
}

void sha256_compress_power8(uint32_t *state, const uint8_t *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        Words words[16];
        make_schedule(words, blocks + 64 * i);
        sha256_work_schedule(state, reinterpret_cast<const uint32_t *>(words));
    }
}

} // namespace

} // namespace purgatory

// A process asks the kernel; the purgatory was told by the loader, which had asked the kernel.
#if __STDC_HOSTED__

extern "C" unsigned long getauxval(unsigned long type);

static bool has_vector_sha() {
    constexpr unsigned long hardware_capabilities_2 = 26, vector_crypto = 1ul << 25; // AT_HWCAP2
    return (getauxval(hardware_capabilities_2) & vector_crypto) != 0;
}

#else

#include "purgatory/verify.h"

static bool has_vector_sha() { return (purgatory_parameters.flags & purgatory::flag::vector_sha) != 0; }

#endif

purgatory::Sha256Compress purgatory::fastest_sha256_compress() {
    return has_vector_sha() ? sha256_compress_power8 : sha256_compress_scalar;
}

purgatory::Sha256CompressTwo purgatory::fastest_sha256_compress_two() { return nullptr; }

purgatory::Sha256Stripes purgatory::fastest_sha256_stripes() {
    return has_vector_sha() ? sha256_stripes_power8 : sha256_stripes_serial;
}
