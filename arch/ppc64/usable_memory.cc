// SPDX-License-Identifier: GPL-2.0-or-later
// The reader of what is written here is early_init_dt_scan_memory in drivers/of/fdt.c for the memory nodes,
// and early_init_drmem_lmb in arch/powerpc/kernel/prom.c for the blocks that come and go: it takes one entry
// for each block that it uses, and none for the others.
#include "arch/ppc64/usable_memory.h"

#include "arch/ppc64/firmware.h"
#include "machine/tree_facts.h"

#include <fmt/core.h>

namespace kexec::ppc64 {
namespace {

const std::string dynamic = "/ibm,dynamic-reconfiguration-memory";
const std::string usable_memory = "linux,usable-memory", usable_blocks = "linux,drconf-usable-memory";

constexpr std::uint32_t flag_assigned = 0x8, flag_reserved = 0x80; // DRCONF_MEM_*
constexpr std::uint64_t most_blocks = 1 << 20;

Failure bad_blocks(std::string what) {
    return fail(Cause::bad_image, fmt::format("{} of the device tree: {}", dynamic, std::move(what)),
                "try -s: the kernel's own loader reads another copy of the tree");
}

std::vector<std::string> memory_nodes(const DeviceTree &tree) {
    std::vector<std::string> paths;
    for (DeviceTree::Node node : tree.children(DeviceTree::root)) {
        auto type = tree.property(node, "device_type");
        if (type && text_until_nul(*type) == "memory")
            paths.push_back("/" + std::string(tree.name(node)));
    }
    return paths;
}

void append_number(Buffer &value, std::uint64_t number) { append(value, bytes_of(be64(number))); }

// An empty property would count as none: a node without usable memory has one pair of zeros.
Result<void> tell_node(DeviceTree &tree, const std::string &path, const Ranges &usable) {
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    Buffer value;
    for (Range piece : TRY(pairs_in(tree.property(path, "reg").value_or(Bytes()), cells)))
        for (Range part : usable.within(piece))
            TRY(append_range(value, part, cells));
    if (value.empty())
        value.resize(4 * (cells.address + cells.size));
    return tree.set(path, usable_memory, value);
}

// Version 1: address, drc index, 4 bytes, associativity index, flags. Version 2 has the number of blocks in
// front.
Result<BlockSet> next_set(Cursor &cursor, std::uint64_t size, bool numbered) {
    BlockSet set{.address = 0, .size = size, .count = 1, .flags = 0};
    if (numbered)
        set.count = TRY(cursor.next<be32>("a number of memory blocks"));
    set.address = TRY(cursor.next<be64>("the address of a memory block"));
    TRY(cursor.take(numbered ? 8 : 12, "the indices of a memory block"));
    set.flags = TRY(cursor.next<be32>("the flags of a memory block"));
    return set;
}

Result<std::vector<BlockSet>> read_sets(Bytes value, std::uint64_t size, bool numbered) {
    Cursor cursor(value);
    std::uint32_t left = TRY(cursor.next<be32>("the number of entries"));
    std::vector<BlockSet> sets;
    std::uint64_t blocks = 0;
    for (; left > 0; left--) {
        BlockSet set = TRY(next_set(cursor, size, numbered));
        blocks += set.count;
        if (blocks > most_blocks)
            return bad_blocks(fmt::format("it has more than {} blocks of memory", most_blocks));
        if (set.count != 0 && (UINT64_MAX - set.address) / size < set.count)
            return bad_blocks(
                fmt::format("{} blocks of {:#x} bytes at {:#x} pass the end of the address space", set.count,
                            size, set.address));
        sets.push_back(set);
    }
    return sets;
}

} // namespace

bool is_used(const BlockSet &set) {
    return (set.flags & flag_assigned) != 0 && (set.flags & flag_reserved) == 0;
}

Result<std::vector<BlockSet>> blocks_in(const DeviceTree &tree) {
    constexpr const char *first = "ibm,dynamic-memory", *second = "ibm,dynamic-memory-v2";
    bool numbered = !tree.property(dynamic, first);
    auto value = tree.property(dynamic, numbered ? second : first);
    if (!value)
        return std::vector<BlockSet>{};
    auto size = TRY(number_in(tree, dynamic, "ibm,lmb-size"));
    if (!size || *size == 0)
        return bad_blocks("it does not say how large a block of memory is (ibm,lmb-size)");
    auto sets = read_sets(*value, *size, numbered);
    if (!sets)
        return within(fmt::format("{}/{}", dynamic, numbered ? second : first), sets.error());
    return sets;
}

namespace {

// For each block the number of its usable pieces, and these.
Result<Buffer> usable_in_blocks(const std::vector<BlockSet> &sets, const Ranges &usable) {
    Buffer value;
    for (const BlockSet &set : sets)
        for (std::uint32_t i = 0; i < set.count && is_used(set); i++) {
            Ranges parts = usable.within(*Range::sized(set.address + i * set.size, set.size));
            append_number(value, parts.count());
            for (Range part : parts) {
                append_number(value, part.first());
                append_number(value, part.size());
            }
        }
    return value;
}

} // namespace

Result<void> tell_usable_memory(DeviceTree &tree, const Ranges &usable) {
    std::vector<std::string> nodes = memory_nodes(tree);
    if (nodes.empty())
        return fail(Cause::bad_image, "the device tree describes no memory: a kernel needs to know of some",
                    "name another device tree with --dtb, or none");
    for (const std::string &path : nodes)
        TRY(tell_node(tree, path, usable));
    std::vector<BlockSet> sets = TRY(blocks_in(tree));
    return sets.empty() ? Result<void>{}
                        : tree.set(dynamic, usable_blocks, TRY(usable_in_blocks(sets, usable)));
}

Result<void> forget_usable_memory(DeviceTree &tree) {
    for (const std::string &path : memory_nodes(tree))
        TRY(tree.remove(path, usable_memory));
    return tree.remove(dynamic, usable_blocks);
}

} // namespace kexec::ppc64
