// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own reading is in drivers/of/fdt.c (early_init_dt_scan_memory) and of_reserved_mem.c.
#include "machine/tree_facts.h"

#include <fmt/core.h>

namespace kexec {
namespace {

constexpr const char *mend_it = "mend the device tree, or name another one with --dtb";

Result<unsigned> cell_count(const DeviceTree &tree, DeviceTree::Node node, const std::string &name) {
    auto value = tree.property(node, name);
    if (!value)
        return 1;
    std::uint32_t count = TRY(read_at<be32>(*value, 0, name));
    if (count < 1 || count > 2)
        return fail(Cause::bad_image,
                    fmt::format("{} of the device tree is {}, 1 or 2 was needed", name, count), mend_it);
    return count;
}

Result<std::uint64_t> next_number(Cursor &cursor, unsigned cells) {
    if (cells == 2)
        return TRY(cursor.next<be64>("a number of two cells"));
    return TRY(cursor.next<be32>("a number of one cell"));
}

bool is_memory(const DeviceTree &tree, DeviceTree::Node node) {
    auto type = tree.property(node, "device_type");
    return type && text_until_nul(*type) == "memory";
}

} // namespace

Result<Cells> cells_of(const DeviceTree &tree, DeviceTree::Node node) {
    unsigned address = TRY(cell_count(tree, node, "#address-cells"));
    return Cells{address, TRY(cell_count(tree, node, "#size-cells"))};
}

Result<std::vector<Range>> pairs_in(Bytes reg, Cells cells) {
    std::vector<Range> ranges;
    Cursor cursor(reg);
    while (cursor.remaining() >= 4 * (cells.address + cells.size)) {
        std::uint64_t address = TRY(next_number(cursor, cells.address));
        std::uint64_t size = TRY(next_number(cursor, cells.size));
        auto range = Range::sized(address, size);
        if (!range && size != 0)
            return fail(Cause::bad_image,
                        fmt::format("the device tree has {:#x} bytes at {:#x}, which is no place in memory",
                                    size, address),
                        mend_it);
        if (range)
            ranges.push_back(*range);
    }
    return ranges;
}

Result<Ranges> ranges_in(Bytes reg, Cells cells) {
    Ranges ranges;
    for (Range range : TRY(pairs_in(reg, cells)))
        ranges.add(range);
    return ranges;
}

Result<void> append_range(Buffer &reg, Range range, Cells cells) {
    auto add = [&](std::uint64_t value, unsigned count) {
        if (count == 2)
            append(reg, bytes_of(be64(value)));
        else
            append(reg, bytes_of(be32(static_cast<std::uint32_t>(value))));
    };
    if ((cells.address == 1 && range.first() > UINT32_MAX) || (cells.size == 1 && range.size() > UINT32_MAX))
        return fail(Cause::no_room,
                    fmt::format("the device tree says addresses in {} and sizes in {} cells of 32 bits: {} "
                                "cannot be said",
                                cells.address, cells.size, to_string(range)),
                    "give the root of the device tree #address-cells and #size-cells of 2");
    add(range.first(), cells.address);
    add(range.size(), cells.size);
    return {};
}

Result<Ranges> memory_in(const DeviceTree &tree) {
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    Ranges memory;
    for (DeviceTree::Node node : tree.children(DeviceTree::root))
        if (is_memory(tree, node))
            if (auto reg = tree.property(node, "reg"))
                memory.add(TRY(ranges_in(*reg, cells)));
    return memory;
}

std::optional<std::string> memory_node(const DeviceTree &tree) {
    for (DeviceTree::Node node : tree.children(DeviceTree::root))
        if (is_memory(tree, node))
            return "/" + std::string(tree.name(node));
    return std::nullopt;
}

Result<Ranges> reservations_in(const DeviceTree &tree) {
    Ranges reserved;
    for (const TreeReservation &entry : tree.reservations())
        if (auto range = Range::sized(entry.address, entry.size))
            reserved.add(*range);
    auto parent = tree.find("/reserved-memory");
    if (!parent)
        return reserved;
    Cells cells = TRY(cells_of(tree, *parent));
    for (DeviceTree::Node node : tree.children(*parent))
        if (auto reg = tree.property(node, "reg"))
            reserved.add(TRY(ranges_in(*reg, cells)));
    return reserved;
}

} // namespace kexec
