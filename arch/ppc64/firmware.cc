// SPDX-License-Identifier: GPL-2.0-or-later
// The properties are those that arch/powerpc/kexec/ranges.c reads for kexec_file_load, but for reserved
// memory, which is read as the kernel does at boot (early_reserve_mem_dt in arch/powerpc/kernel/prom.c).
#include "arch/ppc64/firmware.h"

#include "base/text.h"
#include "machine/tree_facts.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

std::string_view name_of(FirmwareUse use) {
    switch (use) {
    case FirmwareUse::rtas: return "RTAS";
    case FirmwareUse::opal: return "OPAL";
    case FirmwareUse::tce: return "a TCE table";
    case FirmwareUse::hash_table: return "the hash table";
    case FirmwareUse::reserved: return "reserved";
    }
    return "reserved";
}

bool is_handed_on(FirmwareUse use) {
    return use == FirmwareUse::rtas || use == FirmwareUse::opal || use == FirmwareUse::tce;
}

} // namespace kexec

namespace kexec::ppc64 {
namespace {

const std::string chosen = "/chosen", rtas = "/rtas", opal = "/ibm,opal";
constexpr unsigned deepest = 32;
constexpr const char *cannot_load = "the kernel's own loader may know better: try -s";

Failure bad_tree(std::string what) { return fail(Cause::bad_image, std::move(what), cannot_load); }

// A place said by two properties. One without the other says that something is there, and not where.
Result<std::optional<Range>> place_in(const DeviceTree &tree, const std::string &path,
                                      const std::string &first, const std::string &size) {
    auto address = TRY(number_in(tree, path, first)), bytes = TRY(number_in(tree, path, size));
    if (address.has_value() != bytes.has_value())
        return bad_tree(fmt::format("the device tree has {} in {} and no {}: both were needed",
                                    address ? first : size, path, address ? size : first));
    if (!address || *bytes == 0)
        return std::nullopt;
    auto range = Range::sized(*address, *bytes);
    if (!range)
        return bad_tree(
            fmt::format("the device tree has {:#x} bytes at {:#x} in {}, which is no place in memory", *bytes,
                        *address, path));
    return range;
}

Result<void> add_place(std::vector<FirmwareMemory> &memory, FirmwareUse use,
                       Result<std::optional<Range>> place) {
    if (auto range = TRY(std::move(place)))
        memory.push_back({use, *range});
    return {};
}

// The bridges may stand at any depth.
Result<void> add_tables(std::vector<FirmwareMemory> &memory, const DeviceTree &tree, DeviceTree::Node node,
                        const std::string &path, unsigned depth) {
    if (tree.property(node, "linux,tce-base"))
        TRY(add_place(memory, FirmwareUse::tce, place_in(tree, path, "linux,tce-base", "linux,tce-size")));
    if (depth == 0)
        return {};
    for (DeviceTree::Node child : tree.children(node))
        TRY(add_tables(memory, tree, child, (path == "/" ? path : path + "/") + std::string(tree.name(child)),
                       depth - 1));
    return {};
}

// "reserved-ranges" of the root has two cells for each number, whatever the root says of cells.
Result<void> add_reserved(std::vector<FirmwareMemory> &memory, const DeviceTree &tree) {
    Ranges reserved = TRY(reservations_in(tree));
    if (auto value = tree.property(DeviceTree::root, "reserved-ranges")) {
        if (value->size() % 16 != 0)
            return bad_tree(
                fmt::format("reserved-ranges of the device tree has {} bytes, a multiple of 16 was needed",
                            value->size()));
        reserved.add(TRY(ranges_in(*value, {2, 2})));
    }
    for (Range range : reserved)
        memory.push_back({FirmwareUse::reserved, range});
    return {};
}

bool names(const DeviceTree &tree, DeviceTree::Node node, const std::string &property,
           std::string_view word) {
    std::string_view list = as_text(tree.property(node, property).value_or(Bytes()));
    while (!list.empty()) {
        std::string_view each = list.substr(0, list.find('\0'));
        if (each == word)
            return true;
        list.remove_prefix(std::min(each.size() + 1, list.size()));
    }
    return false;
}

} // namespace

Result<std::optional<std::uint64_t>> number_in(const DeviceTree &tree, const std::string &path,
                                               const std::string &name) {
    auto value = tree.property(path, name);
    if (!value)
        return std::nullopt;
    auto number = tree.number(path, name);
    if (!number)
        return bad_tree(fmt::format("{} in {} of the device tree has {} bytes, 4 or 8 were needed", name,
                                    path, value->size()));
    return number;
}

Result<std::vector<FirmwareMemory>> firmware_memory(const DeviceTree &tree) {
    std::vector<FirmwareMemory> memory;
    TRY(add_place(memory, FirmwareUse::rtas, place_in(tree, rtas, "linux,rtas-base", "rtas-size")));
    TRY(add_place(memory, FirmwareUse::opal, place_in(tree, opal, "opal-base-address", "opal-runtime-size")));
    TRY(add_tables(memory, tree, DeviceTree::root, "/", deepest));
    TRY(add_place(memory, FirmwareUse::hash_table,
                  place_in(tree, chosen, "linux,htab-base", "linux,htab-size")));
    TRY(add_reserved(memory, tree));
    return memory;
}

Result<std::optional<Ppc64Opal>> find_opal(const DeviceTree &tree) {
    auto base = TRY(number_in(tree, opal, "opal-base-address"));
    auto entry = TRY(number_in(tree, opal, "opal-entry-address"));
    if (!base || !entry)
        return std::nullopt;
    return Ppc64Opal{*base, *entry};
}

Result<std::optional<Range>> first_memory(const DeviceTree &tree) {
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    std::optional<Range> first;
    for (DeviceTree::Node node : tree.children(DeviceTree::root)) {
        auto reg = tree.property(node, "reg");
        if (!reg || !names(tree, node, "device_type", "memory"))
            continue;
        for (Range range : TRY(pairs_in(*reg, cells)))
            if (!first || range.first() < first->first())
                first = range;
    }
    return first;
}

Result<Ranges> coherent_device_memory(const DeviceTree &tree) {
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    Ranges memory;
    for (DeviceTree::Node node : tree.children(DeviceTree::root))
        if (names(tree, node, "compatible", "ibm,coherent-device-memory"))
            memory.add(TRY(ranges_in(tree.property(node, "reg").value_or(Bytes()), cells)));
    return memory;
}

Result<std::optional<Range>> crash_reservation(const DeviceTree &tree) {
    return place_in(tree, chosen, "linux,crashkernel-base", "linux,crashkernel-size");
}

Result<std::optional<Range>> first_initrd(const DeviceTree &tree) {
    auto start = TRY(number_in(tree, chosen, "linux,initrd-start"));
    auto end = TRY(number_in(tree, chosen, "linux,initrd-end"));
    return start && end && *end > *start ? Range::between(*start, *end - 1) : std::nullopt;
}

// PAPR has two kinds of terminals; the other, hvterm-protocol, wants its characters in packets.
std::optional<std::uint64_t> console_terminal(const DeviceTree &tree) {
    auto path = tree.property(chosen, "stdout-path");
    if (!path)
        path = tree.property(chosen, "linux,stdout-path");
    if (!path)
        return std::nullopt;
    std::string_view text = text_until_nul(*path);
    auto node = tree.find(std::string(text.substr(0, text.find(':'))));
    auto reg =
        node && names(tree, *node, "compatible", "hvterm1") ? tree.property(*node, "reg") : std::nullopt;
    auto unit = read_at<be32>(reg.value_or(Bytes()), 0, "reg");
    return unit ? std::optional<std::uint64_t>(*unit) : std::nullopt;
}

// PAPR+ and OPAL each have one; arch/powerpc/kernel/fadump.c and opal-fadump.c look for them.
std::optional<std::string> waiting_dump(const DeviceTree &tree) {
    for (auto [node, property] :
         {std::pair("/rtas", "ibm,kernel-dump"), std::pair("/ibm,opal/dump", "mpipl-boot")})
        if (tree.property(node, property) || tree.find(fmt::format("{}/{}", node, property)))
            return fmt::format("{}/{}", node, property);
    return std::nullopt;
}

} // namespace kexec::ppc64
