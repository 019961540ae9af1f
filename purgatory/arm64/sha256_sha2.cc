// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 with the instructions of FEAT_SHA256 (Arm ARM, the pages of SHA256H, SHA256H2, SHA256SU0 and
// SHA256SU1). They stand as assembly, because gcc's and clang's builtins for them differ. This is the only
// file whose code may touch vector registers. Loads are of bytes: those may have any address even where
// alignment is checked.
#include "purgatory/sha256.h"

namespace purgatory {

namespace {

using Words [[gnu::vector_size(16)]] = uint32_t;
using Octets [[gnu::vector_size(16)]] = uint8_t;

#define WITH_EXTENSION ".arch_extension sha2\n\t"

inline Words load(const void *from) {
    Octets octets;
    asm("ld1 {%0.16b}, [%1]" : "=w"(octets) : "r"(from), "m"(*static_cast<const uint8_t(*)[16]>(from)));
    return reinterpret_cast<Words>(octets);
}

inline void store(void *to, Words words) {
    asm("st1 {%1.16b}, [%2]" : "=m"(*static_cast<uint8_t(*)[16]>(to)) : "w"(words), "r"(to));
}

inline Words load_big_endian(const uint8_t *from) {
    Words words = load(from);
    asm("rev32 %0.16b, %0.16b" : "+w"(words));
    return words;
}

// Working variables a to d and e to h, first one in the lowest element.
struct State {
    Words abcd, efgh;
};

// Four rounds with the words of one quarter of the schedule; `constants` are those of the first of these
// rounds.
inline void work_four_rounds(State &s, Words words, const uint32_t *constants) {
    Words input = words + load(constants), before = s.abcd;
    asm(WITH_EXTENSION "sha256h %q0, %q1, %2.4s" : "+w"(s.abcd) : "w"(s.efgh), "w"(input));
    asm(WITH_EXTENSION "sha256h2 %q0, %q1, %2.4s" : "+w"(s.efgh) : "w"(before), "w"(input));
}

// The next four words of the schedule from the sixteen before them, oldest four first.
inline Words next_words(Words a, Words b, Words c, Words d) {
    asm(WITH_EXTENSION "sha256su0 %0.4s, %1.4s" : "+w"(a) : "w"(b));
    asm(WITH_EXTENSION "sha256su1 %0.4s, %1.4s, %2.4s" : "+w"(a) : "w"(c), "w"(d));
    return a;
}

inline void work_block(State &s, const uint8_t *block) {
    Words a = load_big_endian(block), b = load_big_endian(block + 16);
    Words c = load_big_endian(block + 32), d = load_big_endian(block + 48);
    const State before = s;
    for (const uint32_t *k = sha256_constants;; k += 16) {
        work_four_rounds(s, a, k);
        work_four_rounds(s, b, k + 4);
        work_four_rounds(s, c, k + 8);
        work_four_rounds(s, d, k + 12);
        if (k == sha256_constants + 48)
            break;
        a = next_words(a, b, c, d);
        b = next_words(b, c, d, a);
        c = next_words(c, d, a, b);
        d = next_words(d, a, b, c);
    }
    s.abcd += before.abcd;
    s.efgh += before.efgh;
}

void sha256_compress_sha2(uint32_t *state, const uint8_t *blocks, size_t count) {
    State s = {load(state), load(state + 4)};
    for (size_t i = 0; i < count; i++)
        work_block(s, blocks + 64 * i);
    store(state, s.abcd);
    store(state + 4, s.efgh);
}

} // namespace

} // namespace purgatory

// A process asks the kernel, because kernels before 4.11 do not let it read the processor's own register;
// the purgatory can read nothing but that.
#if __STDC_HOSTED__

extern "C" unsigned long getauxval(unsigned long type);

static bool has_sha2_instructions() {
    constexpr unsigned long hardware_capabilities = 16, sha2 = 1ul << 6; // AT_HWCAP, HWCAP_SHA2
    return (getauxval(hardware_capabilities) & sha2) != 0;
}

#else

// Arm ARM, ID_AA64ISAR0_EL1: field SHA2, bits 15 to 12, is 0 where there are no such instructions.
static bool has_sha2_instructions() {
    uint64_t features;
    asm("mrs %0, id_aa64isar0_el1" : "=r"(features));
    return (features >> 12 & 15) != 0;
}

#endif

purgatory::Sha256Compress purgatory::fastest_sha256_compress() {
    return has_sha2_instructions() ? sha256_compress_sha2 : sha256_compress_scalar;
}

purgatory::Sha256CompressTwo purgatory::fastest_sha256_compress_two() { return nullptr; }
