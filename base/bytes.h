// SPDX-License-Identifier: GPL-2.0-or-later
// The one checked door into untrusted data. Whoever looks into a file goes through read_at, slice or a
// Cursor; each compares with what remains and never adds first, so no sum can wrap.
#pragma once

#include "base/endian.h"
#include "base/result.h"

#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kexec {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;
using Buffer = std::vector<std::byte>;

// The `size` bytes at `offset`. `what` names the thing for the error: "the setup code".
Result<Bytes> slice(Bytes file, std::uint64_t offset, std::uint64_t size, std::string_view what);

// Everything from `offset` on; an offset at the very end gives an empty span.
Result<Bytes> slice_from(Bytes file, std::uint64_t offset, std::string_view what);

// A structure of stored integers (base/endian.h), copied out, so that alignment in the file does not matter.
template <typename T> Result<T> read_at(Bytes file, std::uint64_t offset, std::string_view what) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
    Bytes bytes = TRY(slice(file, offset, sizeof(T), what));
    T value;
    std::memcpy(&value, bytes.data(), sizeof value); // cppcheck-suppress memsetClass ; it may be copied
    return value;
}

// Reads one thing after another. A failed read leaves the position where it was.
class Cursor {
public:
    explicit Cursor(Bytes bytes) : bytes_(bytes) {}

    template <typename T> Result<T> next(std::string_view what) {
        T value = TRY(read_at<T>(bytes_, position_, what));
        position_ += sizeof(T);
        return value;
    }
    Result<Bytes> take(std::uint64_t size, std::string_view what);

    std::uint64_t position() const { return position_; }
    std::uint64_t remaining() const { return bytes_.size() - position_; }

private:
    Bytes bytes_;
    std::uint64_t position_ = 0;
};

// The bytes of a structure, to be written out.
template <typename T> Bytes bytes_of(const T &value) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
    return std::as_bytes(std::span(&value, 1));
}

// Puts a structure at `offset` of a buffer that is known to be large enough; the caller sized it.
template <typename T> void write_at(MutableBytes buffer, std::size_t offset, const T &value) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
    std::memcpy(buffer.subspan(offset, sizeof value).data(), &value, sizeof value);
}

void append(Buffer &buffer, Bytes more);

inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// The text up to the first NUL, or all of it.
std::string_view text_until_nul(Bytes bytes);

bool starts_with(Bytes bytes, Bytes prefix);
// Where `needle` stands first in `haystack`; npos where it does not.
inline constexpr std::size_t npos = std::string_view::npos;
inline std::size_t find(Bytes haystack, Bytes needle) { return as_text(haystack).find(as_text(needle)); }

} // namespace kexec
