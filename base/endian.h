// SPDX-License-Identifier: GPL-2.0-or-later
// Integers as they lie in files and in another machine's memory: fixed byte order, alignment 1. Reading and
// writing convert; there is no other way in. An on-disk structure is a plain struct of these, with
// static_asserts on its size.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace kexec {

template <typename T, std::endian order> class Stored {
    static_assert(std::is_unsigned_v<T>);

public:
    using Value = T;

    constexpr Stored() = default;
    constexpr Stored(T value) { *this = value; }

    constexpr Stored &operator=(T value) {
        for (std::size_t i = 0; i < sizeof(T); i++)
            bytes_[place(i)] = static_cast<std::uint8_t>(value >> (8 * i));
        return *this;
    }

    constexpr operator T() const {
        T value = 0;
        for (std::size_t i = 0; i < sizeof(T); i++)
            value = static_cast<T>(value | static_cast<T>(T{bytes_[place(i)]} << (8 * i)));
        return value;
    }

private:
    // Where the byte of weight 256^i stands.
    static constexpr std::size_t place(std::size_t i) {
        return order == std::endian::little ? i : sizeof(T) - 1 - i;
    }

    std::uint8_t bytes_[sizeof(T)] = {};
};

using le16 = Stored<std::uint16_t, std::endian::little>;
using le32 = Stored<std::uint32_t, std::endian::little>;
using le64 = Stored<std::uint64_t, std::endian::little>;
using be16 = Stored<std::uint16_t, std::endian::big>;
using be32 = Stored<std::uint32_t, std::endian::big>;
using be64 = Stored<std::uint64_t, std::endian::big>;

static_assert(sizeof(le16) == 2 && sizeof(be32) == 4 && sizeof(le64) == 8 && alignof(be64) == 1);

} // namespace kexec
