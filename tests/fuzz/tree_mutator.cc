// SPDX-License-Identifier: GPL-2.0-or-later
// Alters an input, and in most of them makes good what stands at the door of a device tree: magic number,
// version, and a size that fits.
#include "tests/fuzz/fuzz.h"

using namespace kexec;

extern "C" std::size_t LLVMFuzzerMutate(unsigned char *data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(unsigned char *data, std::size_t size, std::size_t most,
                                               unsigned seed) {
    constexpr std::size_t header_size = 40;
    size = LLVMFuzzerMutate(data, size, most);
    if (size < header_size || seed % 16 == 0)
        return size;
    auto put = [&](std::size_t at, std::uint32_t value) {
        std::ranges::copy(bytes_of(be32(value)), std::as_writable_bytes(std::span(data, size)).begin() +
                                                     static_cast<std::ptrdiff_t>(at));
    };
    put(0, 0xd00dfeed);
    put(20, 17); // version, and the oldest that it is readable as
    put(24, 16);
    auto stated = read_at<be32>(std::as_bytes(std::span(data, size)), 4, "the size");
    if (*stated > size || *stated < header_size)
        put(4, static_cast<std::uint32_t>(size));
    return size;
}
