// SPDX-License-Identifier: GPL-2.0-or-later
// Finding an address among many intervals: by halves, then back as far as one can still reach.
#include "dump/intervals.h"

#include <algorithm>

namespace kexec {

void Intervals::add(std::uint64_t first, std::uint64_t size, std::uint64_t target) {
    if (size == 0 || UINT64_MAX - first < size - 1)
        return;
    entries_.push_back({first, first + (size - 1), target, static_cast<std::uint32_t>(entries_.size())});
}

void Intervals::sort() {
    std::ranges::stable_sort(entries_, {}, &Entry::first);
    highest_ends_.clear();
    highest_ends_.reserve(entries_.size());
    for (const Entry &entry : entries_)
        highest_ends_.push_back(highest_ends_.empty() ? entry.last
                                                      : std::max(highest_ends_.back(), entry.last));
}

// The index behind the last entry that starts at or below the address.
std::size_t Intervals::behind(std::uint64_t address) const {
    auto after = std::ranges::upper_bound(entries_, address, {}, &Entry::first);
    return static_cast<std::size_t>(after - entries_.begin());
}

bool Intervals::outranks(const Entry &one, const Entry &other) const {
    return counts_ == Counts::first_added ? one.rank < other.rank : one.rank > other.rank;
}

std::optional<Intervals::Hit> Intervals::find(std::uint64_t address, const Accept &accept) const {
    const Entry *best = nullptr;
    std::size_t after = behind(address);
    for (std::size_t i = after; i > 0 && highest_ends_[i - 1] >= address; i--) {
        const Entry &entry = entries_[i - 1];
        if (entry.last >= address && (!best || outranks(entry, *best)) &&
            (!accept || accept(entry.target + (address - entry.first))))
            best = &entry;
    }
    if (!best)
        return std::nullopt;
    // The next entry may count more than this one from its start on.
    std::uint64_t last = best->last;
    if (after < entries_.size())
        last = std::min(last, entries_[after].first - 1);
    return Hit{best->target + (address - best->first), last - address + 1};
}

std::optional<std::uint64_t> Intervals::extended(std::uint64_t address) const {
    std::size_t after = behind(address);
    if (after == 0)
        return std::nullopt;
    const Entry &entry = entries_[after - 1];
    return entry.target + (address - entry.first);
}

} // namespace kexec
