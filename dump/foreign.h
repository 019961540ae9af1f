// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as the crashed machine stored them: its byte order and word size, which are known only when the
// dump has been looked at.
#pragma once

#include "base/bytes.h"

#include <bit>

namespace kexec {

struct Foreign {
    std::endian order = std::endian::little;
    unsigned word = 8; // bytes of an unsigned long and of a pointer: 4 or 8

    // The `size` bytes (at most 8) at `offset`; 0 where `bytes` ends before: the caller sized it.
    std::uint64_t number(Bytes bytes, std::size_t offset, std::size_t size) const {
        if (offset > bytes.size() || bytes.size() - offset < size)
            return 0;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; i++) {
            std::size_t place = order == std::endian::big ? offset + i : offset + size - 1 - i;
            value = value << 8 | std::to_integer<std::uint64_t>(bytes[place]);
        }
        return value;
    }

    // The highest value of an unsigned long.
    std::uint64_t word_mask() const { return word == 8 ? UINT64_MAX : UINT32_MAX; }
};

} // namespace kexec
