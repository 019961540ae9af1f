// SPDX-License-Identifier: GPL-2.0-or-later
// What the targets share: an input taken apart, and what must hold of any answer.
#pragma once

#include "base/bytes.h"
#include "base/endian.h"
#include "base/text.h"
#include "machine/snapshot.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace kexec::fuzzing {

inline void require(bool holds, const char *file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    if (holds)
        return;
    std::fprintf(stderr, "%s:%u: what is required there does not hold\n", file, line);
    std::abort();
}

// Reads every byte, so that a sanitizer sees a view of what is not there.
inline unsigned read_all(Bytes bytes) {
    unsigned sum = 0;
    for (std::byte byte : bytes)
        sum += std::to_integer<unsigned>(byte);
    return sum;
}

inline bool lies_in(Bytes part, Bytes whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// An answer is a value, or an error that says something.
template <typename T> bool answered(const Result<T> &result) {
    require(result || !result.error().what.empty());
    return result.has_value();
}

// An input, piece by piece; at its end all pieces are empty.
class Input {
public:
    Input(const unsigned char *data, std::size_t size) : rest_(std::as_bytes(std::span(data, size))) {}

    unsigned byte() { return rest_.empty() ? 0 : std::to_integer<unsigned>(take(1).front()); }
    Bytes take(std::size_t size) {
        Bytes piece = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(piece.size());
        return piece;
    }
    // Up to a NUL byte, which is taken too.
    std::string_view text() {
        std::string_view all = as_text(rest_);
        std::string_view piece = all.substr(0, all.find('\0'));
        take(piece.size() + 1);
        return piece;
    }
    Bytes rest() const { return rest_; }
    bool empty() const { return rest_.empty(); }

private:
    Bytes rest_;
};

// Files of a machine: of each its path and a NUL byte, 3 bytes with its size (big-endian), its content.
inline Snapshot snapshot_in(Input &input) {
    Snapshot snapshot;
    while (!input.empty()) {
        std::string path(input.text());
        std::size_t size = input.byte() << 16;
        size |= input.byte() << 8;
        size |= input.byte();
        Bytes content = input.take(size);
        snapshot.put(std::move(path), Buffer(content.begin(), content.end()));
    }
    return snapshot;
}

} // namespace kexec::fuzzing
