// SPDX-License-Identifier: GPL-2.0-or-later
// Intervals of one address space and where in another each of them lies. They may overlap, as the program
// headers of a dump and the records of a flattened file do; then one of them counts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace kexec {

class Intervals {
public:
    // Where an address lies, and for how many bytes from there on that holds.
    struct Hit {
        std::uint64_t target;
        std::uint64_t size;
    };

    // Which one counts where several cover an address.
    enum class Counts { first_added, last_added };
    explicit Intervals(Counts counts) : counts_(counts) {}

    // An empty interval, and one that passes 2^64, is left out.
    void add(std::uint64_t first, std::uint64_t size, std::uint64_t target);
    // Has to stand between the last add and the first find.
    void sort();

    // The one that counts of those that cover the address and that `accept` takes, given where it lies.
    using Accept = std::function<bool(std::uint64_t target)>;
    std::optional<Hit> find(std::uint64_t address, const Accept &accept = {}) const;
    // The interval with the highest start at or below the address, whether it covers it or not: where the
    // address would lie if that went on.
    std::optional<std::uint64_t> extended(std::uint64_t address) const;

    std::size_t count() const { return entries_.size(); }
    // One behind the highest address; 0 where there is none.
    std::uint64_t end() const { return highest_ends_.empty() ? 0 : highest_ends_.back() + 1; }

private:
    struct Entry {
        std::uint64_t first, last, target;
        std::uint32_t rank; // in the order of adding
    };
    std::size_t behind(std::uint64_t address) const;
    bool outranks(const Entry &one, const Entry &other) const;

    Counts counts_;

    std::vector<Entry> entries_;              // sorted by first
    std::vector<std::uint64_t> highest_ends_; // of all entries up to the one with that index; inclusive
};

} // namespace kexec
