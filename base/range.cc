// SPDX-License-Identifier: GPL-2.0-or-later
// Sets of addresses, kept sorted, disjoint and merged.
#include "base/range.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

std::string to_string(Range range) { return fmt::format("{:08x}-{:08x}", range.first(), range.last()); }

Ranges::Ranges(std::initializer_list<Range> ranges) {
    for (Range range : ranges)
        add(range);
}

namespace {

// The first range that ends at or behind `address`.
template <typename List> auto first_reaching(List &ranges, std::uint64_t address) {
    return std::ranges::lower_bound(ranges, address, {}, &Range::last);
}

} // namespace

void Ranges::add(Range range) {
    std::uint64_t first = range.first(), last = range.last();
    // Everything from the range that touches `first` from below to the one that touches `last` from above
    // becomes one.
    auto from = first_reaching(ranges_, first == 0 ? 0 : first - 1);
    auto to = from;
    while (to != ranges_.end() && (to->first() <= last || to->first() - 1 == last)) {
        first = std::min(first, to->first());
        last = std::max(last, to->last());
        ++to;
    }
    from = ranges_.erase(from, to);
    ranges_.insert(from, Range::between(first, last).value_or(Range::everything()));
}

void Ranges::remove(Range hole) {
    auto from = first_reaching(ranges_, hole.first());
    auto to = from;
    std::vector<Range> kept;
    for (; to != ranges_.end() && to->first() <= hole.last(); ++to) {
        if (to->first() < hole.first())
            kept.push_back(*Range::between(to->first(), hole.first() - 1));
        if (to->last() > hole.last())
            kept.push_back(*Range::between(hole.last() + 1, to->last()));
    }
    from = ranges_.erase(from, to);
    ranges_.insert(from, kept.begin(), kept.end());
}

void Ranges::add(const Ranges &others) {
    for (Range range : others)
        add(range);
}

// One walk along both, for machines that have many of both.
void Ranges::remove(const Ranges &holes) {
    std::vector<Range> kept;
    auto hole = holes.begin();
    for (Range range : ranges_) {
        std::optional<Range> rest = range;
        while (hole != holes.end() && hole->last() < range.first())
            ++hole;
        for (auto each = hole; rest && each != holes.end() && each->first() <= rest->last(); ++each) {
            if (each->first() > rest->first())
                kept.push_back(*Range::between(rest->first(), each->first() - 1));
            rest =
                each->last() < rest->last() ? Range::between(each->last() + 1, rest->last()) : std::nullopt;
        }
        if (rest)
            kept.push_back(*rest);
    }
    ranges_ = std::move(kept);
}

bool Ranges::contains(Range range) const {
    auto candidate = first_reaching(ranges_, range.first());
    return candidate != ranges_.end() && candidate->contains(range);
}

bool Ranges::overlaps(Range range) const {
    auto candidate = first_reaching(ranges_, range.first());
    return candidate != ranges_.end() && candidate->overlaps(range);
}

Ranges Ranges::within(Range window) const {
    Ranges inside;
    for (auto it = first_reaching(ranges_, window.first()); it != ranges_.end(); ++it) {
        auto part = it->overlap(window);
        if (!part)
            break;
        inside.ranges_.push_back(*part);
    }
    return inside;
}

std::uint64_t Ranges::size() const {
    std::uint64_t total = 0;
    for (Range range : ranges_)
        total = range.size() > UINT64_MAX - total ? UINT64_MAX : total + range.size();
    return total;
}

std::optional<Range> Ranges::lowest(std::uint64_t size, std::uint64_t align, Range window) const {
    for (Range candidate : within(window)) {
        auto start = align_up(candidate.first(), align);
        auto place = start ? Range::sized(*start, size) : std::nullopt;
        if (place && candidate.contains(*place))
            return place;
    }
    return std::nullopt;
}

std::optional<Range> Ranges::highest(std::uint64_t size, std::uint64_t align, Range window) const {
    Ranges candidates = within(window);
    for (auto it = candidates.ranges_.rbegin(); it != candidates.ranges_.rend(); ++it) {
        if (size == 0 || it->size() < size)
            continue;
        auto place = Range::sized(align_down(it->last() - (size - 1), align), size);
        if (place && it->contains(*place))
            return place;
    }
    return std::nullopt;
}

namespace {

// The starts in one range: the first of them, and how many follow it, each `align` further.
struct Starts {
    std::uint64_t first, count;
};
Starts starts_in(Range range, std::uint64_t size, std::uint64_t align) {
    auto first = align_up(range.first(), align);
    if (!first || size == 0 || *first > range.last() || range.last() - *first < size - 1)
        return {0, 0};
    return {*first, (range.last() - *first - (size - 1)) / align + 1};
}

} // namespace

std::uint64_t Ranges::places(std::uint64_t size, std::uint64_t align, Range window) const {
    std::uint64_t count = 0;
    for (Range candidate : within(window))
        count += starts_in(candidate, size, align).count;
    return count;
}

std::optional<Range> Ranges::place(std::uint64_t number, std::uint64_t size, std::uint64_t align,
                                   Range window) const {
    for (Range candidate : within(window)) {
        Starts starts = starts_in(candidate, size, align);
        if (number < starts.count)
            return Range::sized(starts.first + number * align, size);
        number -= starts.count;
    }
    return std::nullopt;
}

} // namespace kexec
