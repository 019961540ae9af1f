// SPDX-License-Identifier: GPL-2.0-or-later
// Physical memory as the firmware describes it (/sys/firmware/memmap) and as the running kernel uses it
// (/proc/iomem).
#pragma once

#include "base/range.h"
#include "base/result.h"
#include "machine/snapshot.h"

#include <string>
#include <vector>

namespace kexec {

enum class MemoryType {
    ram,
    reserved,
    acpi_tables,
    acpi_nvs,
    unusable,
    persistent,
    persistent_legacy, // the old, non-standard kind ("PRAM")
    soft_reserved,     // set aside for a special purpose (EFI_MEMORY_SP)
};

std::string_view name_of(MemoryType type);

struct MemoryRange {
    Range range;
    MemoryType type;
    bool operator==(const MemoryRange &) const = default;
};

// Sorted by address, disjoint, neighbours of one type merged. Where two types claim one address, the later
// one in MemoryType wins, so RAM never does.
class MemoryMap {
public:
    void add(Range range, MemoryType type);
    // Gives every address of `range` that is in the map another type.
    void retype(Range range, MemoryType type);
    void remove(Range range);

    Ranges of_type(MemoryType type) const;
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    bool operator==(const MemoryMap &) const = default;

private:
    std::vector<MemoryRange> entries_;
};

// One line of /proc/iomem; `depth` is 0 at the top level.
struct ResourceLine {
    Range range;
    unsigned depth;
    std::string name;
};

// Parses /proc/iomem, in its order. An unprivileged reader sees only zeros: that is an error which says so. A
// line that does not parse is an error that quotes it.
Result<std::vector<ResourceLine>> parse_iomem(std::string_view text);

// The map that /proc/iomem shows, for when there is no better one: what the names on its lines say, RAM at
// top level only.
MemoryMap resource_memory_map(const std::vector<ResourceLine> &lines);

// Every line of RAM at any depth: "System RAM", "System RAM (kmem)" below the device it belongs to,
// "System RAM (virtio_mem)".
Ranges ram_lines(const std::vector<ResourceLine> &lines);

// /sys/firmware/memmap/N/{start,end,type}; an unknown type is reserved. Cause::missing_file where there is
// none.
Result<MemoryMap> firmware_memory_map(const Snapshot &snapshot);

} // namespace kexec
