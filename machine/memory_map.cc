// SPDX-License-Identifier: GPL-2.0-or-later
// Memory maps, and the one that the firmware or the boot loader left (/sys/firmware/memmap;
// Documentation/ABI/testing/sysfs-firmware-memmap in the kernel).
#include "machine/memory_map.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

std::string_view name_of(MemoryType type) {
    switch (type) {
    case MemoryType::ram: return "System RAM";
    case MemoryType::reserved: return "Reserved";
    case MemoryType::acpi_tables: return "ACPI Tables";
    case MemoryType::acpi_nvs: return "ACPI Non-volatile Storage";
    case MemoryType::unusable: return "Unusable memory";
    case MemoryType::persistent: return "Persistent Memory";
    case MemoryType::persistent_legacy: return "Persistent Memory (legacy)";
    case MemoryType::soft_reserved: return "Soft Reserved";
    }
    return "Reserved";
}

namespace {

// Puts a piece behind the last one, joining the two where they touch and are of one type. What has no type is
// left out.
void push(std::vector<MemoryRange> &pieces, std::optional<Range> range, std::optional<MemoryType> type) {
    if (!range || !type)
        return;
    if (!pieces.empty() && pieces.back().type == *type && pieces.back().range.last() == range->first() - 1) {
        if (auto joined = Range::between(pieces.back().range.first(), range->last())) {
            pieces.back().range = *joined;
            return;
        }
    }
    pieces.push_back({*range, *type});
}

// Gives each address of `window` the type that `decide` makes of the one it has (nothing: none).
template <typename Decide> void change(std::vector<MemoryRange> &entries, Range window, Decide decide) {
    std::uint64_t first = window.first(), last = window.last();
    // The neighbours that only touch the window are taken along, so that push can join them.
    auto from = std::ranges::lower_bound(entries, first == 0 ? 0 : first - 1, {},
                                         [](const MemoryRange &entry) { return entry.range.last(); });
    auto to = from;
    std::vector<MemoryRange> pieces;
    std::uint64_t rest = first; // where the untreated rest of the window starts, unless it is
    bool done = false;          // treated to its end
    auto fill_to = [&](std::uint64_t end) {
        if (!done)
            push(pieces, Range::between(rest, end), decide(std::optional<MemoryType>()));
    };
    for (; to != entries.end() && (to->range.first() <= last || to->range.first() - 1 == last); ++to) {
        auto [range, type] = *to;
        if (range.first() < first)
            push(pieces, Range::between(range.first(), std::min(range.last(), first - 1)), type);
        if (auto inside = range.overlap(window)) {
            if (inside->first() > rest)
                fill_to(inside->first() - 1);
            push(pieces, inside, decide(std::optional(type)));
            done = inside->last() == last;
            rest = inside->last() + 1;
        }
        if (range.last() > last) {
            fill_to(last);
            done = true;
            push(pieces, Range::between(std::max(range.first(), last + 1), range.last()), type);
        }
    }
    fill_to(last);
    entries.insert(entries.erase(from, to), pieces.begin(), pieces.end());
}

} // namespace

// The kernel's own rule for entries of E820 that overlap: the larger number wins, RAM is 1
// (e820__update_table).
void MemoryMap::add(Range range, MemoryType type) {
    change(entries_, range, [type](std::optional<MemoryType> old) -> std::optional<MemoryType> {
        return old ? std::max(*old, type) : type;
    });
}

void MemoryMap::retype(Range range, MemoryType type) {
    change(entries_, range,
           [type](std::optional<MemoryType> old) { return old ? std::optional(type) : old; });
}

void MemoryMap::remove(Range range) {
    change(entries_, range, [](std::optional<MemoryType>) { return std::optional<MemoryType>(); });
}

Ranges MemoryMap::of_type(MemoryType type) const {
    Ranges ranges;
    for (const MemoryRange &entry : entries_)
        if (entry.type == type)
            ranges.add(entry.range);
    return ranges;
}

namespace {

constexpr std::string_view firmware_map = "/sys/firmware/memmap";

// What the kernel has no name for it shows as "Unknown E820 type", and treats as reserved; so does whatever
// name this program does not know.
MemoryType type_named(std::string_view name) {
    for (MemoryType type :
         {MemoryType::ram, MemoryType::acpi_tables, MemoryType::acpi_nvs, MemoryType::unusable,
          MemoryType::persistent, MemoryType::persistent_legacy, MemoryType::soft_reserved})
        if (name == name_of(type))
            return type;
    return MemoryType::reserved;
}

Result<std::uint64_t> address_in(const Snapshot &snapshot, const std::string &path) {
    auto address = TRY(hexadecimal_in(snapshot, path));
    if (!address)
        return fail(Cause::other, path + ": cannot be read, an address was needed", "try again");
    return *address;
}

// `end` is the last byte. An entry of no bytes is one that firmware does write and the kernel ignores.
Result<void> add_entry(MemoryMap &map, const Snapshot &snapshot, const std::string &directory) {
    std::uint64_t start = TRY(address_in(snapshot, directory + "/start"));
    std::uint64_t end = TRY(address_in(snapshot, directory + "/end"));
    auto type = snapshot.word(directory + "/type");
    if (!type)
        return fail(Cause::other, directory + "/type: cannot be read, a kind of memory was needed",
                    "try again");
    if (end == start - 1)
        return {};
    auto range = Range::between(start, end);
    if (!range)
        return fail(Cause::other,
                    fmt::format("{}: goes from {:#x} to {:#x}, an end behind the start was needed", directory,
                                start, end));
    map.add(*range, type_named(*type));
    return {};
}

} // namespace

Result<MemoryMap> firmware_memory_map(const Snapshot &snapshot) {
    MemoryMap map;
    for (std::uint64_t number : snapshot.numbers_in(firmware_map))
        TRY(add_entry(map, snapshot, fmt::format("{}/{}", firmware_map, number)));
    if (map.empty())
        return fail(Cause::missing_file,
                    std::string(firmware_map) + ": holds no entry, the firmware's map of memory was needed");
    return map;
}

} // namespace kexec
