// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges of physical addresses. A Range holds its first and its last byte, as /proc/iomem does, so that the
// top byte of memory can be said; it cannot be empty, inverted or as large as 2^64. Ranges is a set of
// addresses.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kexec {

class Range {
public:
    // First and last byte; nothing where last lies before first, or where the size has no spelling in 64
    // bits.
    static constexpr std::optional<Range> between(std::uint64_t first, std::uint64_t last) {
        if (first > last || last - first == UINT64_MAX)
            return std::nullopt;
        return Range(first, last);
    }
    // `size` bytes from `first`; nothing where size is 0 or the end would pass 2^64.
    static constexpr std::optional<Range> sized(std::uint64_t first, std::uint64_t size) {
        if (size == 0 || UINT64_MAX - first < size - 1)
            return std::nullopt;
        return Range(first, first + (size - 1));
    }
    // Every address but the very last: the widest window to search.
    static constexpr Range everything() { return {0, UINT64_MAX - 1}; }

    constexpr std::uint64_t first() const { return first_; }
    constexpr std::uint64_t last() const { return last_; }
    constexpr std::uint64_t size() const { return last_ - first_ + 1; }

    constexpr bool contains(std::uint64_t address) const { return first_ <= address && address <= last_; }
    constexpr bool contains(Range other) const { return first_ <= other.first_ && other.last_ <= last_; }
    constexpr bool overlaps(Range other) const { return first_ <= other.last_ && other.first_ <= last_; }
    constexpr std::optional<Range> overlap(Range other) const {
        return between(first_ > other.first_ ? first_ : other.first_,
                       last_ < other.last_ ? last_ : other.last_);
    }

    constexpr auto operator<=>(const Range &) const = default; // NOLINT(modernize-use-nullptr): has none

private:
    constexpr Range(std::uint64_t first, std::uint64_t last) : first_(first), last_(last) {}

    std::uint64_t first_;
    std::uint64_t last_;
};

// As /proc/iomem prints one: "00100000-3fffffff".
std::string to_string(Range range);

// A set of addresses: sorted, disjoint, neighbours merged, so equal sets compare equal.
class Ranges {
public:
    Ranges() = default;
    Ranges(std::initializer_list<Range> ranges);

    void add(Range range);
    void remove(Range hole);
    void add(const Ranges &others);
    void remove(const Ranges &holes);

    bool empty() const { return ranges_.empty(); }
    bool contains(Range range) const;
    bool overlaps(Range range) const;
    // What lies inside `window`.
    Ranges within(Range window) const;
    // Bytes in all; saturates at 2^64 - 1.
    std::uint64_t size() const;

    // The lowest, or the highest, place for `size` bytes (not 0) on a multiple of `align` (a power of two)
    // that lies wholly in the set and in `window`.
    std::optional<Range> lowest(std::uint64_t size, std::uint64_t align,
                                Range window = Range::everything()) const;
    std::optional<Range> highest(std::uint64_t size, std::uint64_t align,
                                 Range window = Range::everything()) const;
    // How many such places there are, and one of them, counted from 0 upwards; nothing where there are not as
    // many.
    std::uint64_t places(std::uint64_t size, std::uint64_t align, Range window = Range::everything()) const;
    std::optional<Range> place(std::uint64_t number, std::uint64_t size, std::uint64_t align,
                               Range window = Range::everything()) const;

    auto begin() const { return ranges_.begin(); }
    auto end() const { return ranges_.end(); }
    std::size_t count() const { return ranges_.size(); }
    bool operator==(const Ranges &) const = default;

private:
    std::vector<Range> ranges_;
};

constexpr bool is_aligned(std::uint64_t value, std::uint64_t align) { return (value & (align - 1)) == 0; }
constexpr std::uint64_t align_down(std::uint64_t value, std::uint64_t align) { return value & ~(align - 1); }
// The next multiple of `align` (a power of two); nothing where that passes 2^64.
constexpr std::optional<std::uint64_t> align_up(std::uint64_t value, std::uint64_t align) {
    if (value > UINT64_MAX - (align - 1))
        return std::nullopt;
    return align_down(value + (align - 1), align);
}

} // namespace kexec
