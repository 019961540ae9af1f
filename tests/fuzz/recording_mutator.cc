// SPDX-License-Identifier: GPL-2.0-or-later
// Alters an input, and in most of them gives each head of a tar archive the checksum that belongs to it
// (POSIX.1-1988 ustar: the sum of its 512 bytes with blanks for the checksum).
#include "tests/fuzz/fuzz.h"

#include <cstdio>

using namespace kexec;

extern "C" std::size_t LLVMFuzzerMutate(unsigned char *data, std::size_t size, std::size_t most);

namespace {

constexpr std::size_t block = 512, size_at = 124, sum_at = 148, sum_size = 8;

void seal(unsigned char *head) {
    std::fill_n(head + sum_at, sum_size, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < block; i++)
        sum += head[i];
    std::snprintf(reinterpret_cast<char *>(head) + sum_at, sum_size, "%06o", sum);
}

// In octal digits; what is none ends it.
std::size_t size_in(const unsigned char *head) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 11 && head[size_at + i] >= '0' && head[size_at + i] <= '7'; i++)
        size = size * 8 + (head[size_at + i] - '0');
    return size;
}

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(unsigned char *data, std::size_t size, std::size_t most,
                                               unsigned seed) {
    size = LLVMFuzzerMutate(data, size, most);
    if (seed % 16 == 0)
        return size;
    for (std::size_t at = 0; size - at >= block && data[at] != 0;) {
        seal(data + at);
        std::size_t step = block + (size_in(data + at) + block - 1) / block * block;
        if (step > size - at)
            break;
        at += step;
    }
    return size;
}
