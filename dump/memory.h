// SPDX-License-Identifier: GPL-2.0-or-later
// The crashed kernel's memory by the addresses that it used itself.
#pragma once

#include "dump/core.h"

#include <array>

namespace kexec {

class Memory {
public:
    // Which is believed first where both know an address: what the dump's headers map, or the arithmetic and
    // page tables of the machine. They differ where a header is damaged.
    enum class Trust { headers, machine };

    // `core` must outlive this.
    explicit Memory(Core &core, Trust trust = Trust::headers) : core_(core), trust_(trust) {}

    const Core &core() const { return core_; }
    const Foreign &foreign() const { return core_.foreign; }

    // All of `target`; Fault::unmapped where the dump holds none of it, Fault::read where it is damaged.
    Result<void> read(std::uint64_t address, MutableBytes target);
    // A number of `size` bytes; an unsigned long, or a pointer.
    Result<std::uint64_t> number(std::uint64_t address, std::size_t size);
    Result<std::uint64_t> word(std::uint64_t address) { return number(address, core_.foreign.word); }

    struct Part {
        std::uint64_t address, size;
    };
    // These are about to be read, in any order, and perhaps again.
    void gather(const std::vector<Part> &parts);

private:
    Result<Place> place_of(std::uint64_t address);
    std::optional<Place> place_by_machine(std::uint64_t address);

    // A page that was found by the machine's layout, and how far its physical address is from its own.
    struct Known {
        std::uint64_t page = UINT64_MAX;
        std::uint64_t distance = 0;
    };

    Core &core_;
    Trust trust_;
    std::array<Known, 64> known_; // by the lowest bits of the page's number
};

} // namespace kexec
