// SPDX-License-Identifier: GPL-2.0-or-later
// From a kernel address to a place in the dump: by the headers that map it; by the layout of the machine; by
// its page table; by the mapping next below it, as if that went on.
#include "dump/memory.h"

#include "dump/address.h"
#include "dump/fault.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec {

namespace {

// Two pages of memory that follow each other need not do so in the dump.
constexpr std::uint64_t page_size = 4096;

} // namespace

std::optional<Place> Memory::place_by_machine(std::uint64_t address) {
    if (auto physical = walk_page_table(core_, address); physical && core_.holds({true, *physical}))
        return Place{true, *physical};
    for (std::uint64_t physical : linear_addresses(core_, address))
        if (core_.holds({true, physical}))
            return Place{true, physical};
    return std::nullopt;
}

Result<Place> Memory::place_of(std::uint64_t address) {
    Place mapped{false, address};
    bool is_mapped = core_.holds(mapped);
    if (is_mapped && trust_ == Trust::headers)
        return mapped;
    Known &known = known_[address / page_size % known_.size()];
    if (known.page == address / page_size)
        return Place{true, address + known.distance};
    if (auto place = place_by_machine(address)) {
        if (!core_.goes_forward_only()) // a pipe may have passed it later
            known = {address / page_size, place->address - address};
        return *place;
    }
    if (is_mapped)
        return mapped;
    if (auto physical = core_.extended(address); physical && core_.holds({true, *physical}))
        return Place{true, *physical};
    return fail_dump(Fault::unmapped,
                     fmt::format("the dump does not hold the kernel's address {:#x}", address),
                     "write a dump that leaves out less, or copy it here again");
}

Result<void> Memory::read(std::uint64_t address, MutableBytes target) {
    while (!target.empty()) {
        Place place = TRY(place_of(address));
        std::uint64_t on_page = page_size - address % page_size;
        std::size_t got =
            TRY(core_.read(place, target.first(std::min<std::uint64_t>(target.size(), on_page))));
        address += got;
        target = target.subspan(got);
    }
    return {};
}

Result<std::uint64_t> Memory::number(std::uint64_t address, std::size_t size) {
    std::array<std::byte, sizeof(std::uint64_t)> bytes;
    MutableBytes stored = MutableBytes(bytes).first(size);
    TRY(read(address, stored));
    return core_.foreign.number(stored, 0, size);
}

void Memory::gather(const std::vector<Part> &parts) {
    if (!core_.goes_forward_only())
        return;
    // A ring that says that it is larger than what a pipe keeps is damaged, or is not kept whole.
    constexpr std::uint64_t most_pages = 64 << 10;
    std::uint64_t pages = 0;
    std::vector<MemoryPart> places;
    for (const Part &part : parts)
        for (std::uint64_t done = 0; done < part.size && pages < most_pages; pages++) {
            std::uint64_t address = part.address + done;
            std::uint64_t size = std::min(part.size - done, page_size - address % page_size);
            if (auto place = place_of(address))
                places.push_back({*place, size});
            done += size;
        }
    core_.gather(places);
}

} // namespace kexec
