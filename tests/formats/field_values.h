// SPDX-License-Identifier: GPL-2.0-or-later
// Every field of a header set to the values that arithmetic goes wrong with.
#pragma once

#include "base/bytes.h"

#include <cstring>

namespace kexec::testing {

// Calls `check(altered file)` for each number of 2, 4 or 8 bytes that starts in the first `header_size`
// bytes, in either byte order, set to 0, 1, all ones, all but the top bit, the file's size and what is next
// to it, and its neighbours.
template <typename Check> void with_each_value(const Buffer &file, std::size_t header_size, Check check) {
    auto set = [&]<typename T, std::endian order>(std::size_t offset, Stored<T, order>) {
        Stored<T, order> was;
        std::memcpy(&was, file.data() + offset, sizeof was);
        auto size = static_cast<T>(file.size());
        constexpr T most = static_cast<T>(-1);
        for (T value : {T{0}, T{1}, most, static_cast<T>(most - 1), static_cast<T>(most >> 1), size,
                        static_cast<T>(size - 1), static_cast<T>(size + 1), static_cast<T>(was + 1),
                        static_cast<T>(was - 1)}) {
            Buffer altered = file;
            write_at(altered, offset, Stored<T, order>(value));
            check(altered);
        }
    };
    for (std::size_t offset = 0; offset + 8 <= header_size; offset++) {
        set(offset, le16());
        set(offset, be16());
        set(offset, le32());
        set(offset, be32());
        set(offset, le64());
        set(offset, be64());
    }
}

inline bool lies_in(Bytes part, const Buffer &whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

} // namespace kexec::testing
