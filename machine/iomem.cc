// SPDX-License-Identifier: GPL-2.0-or-later
// /proc/iomem: physical addresses as the running kernel has given them out (r_show in the kernel's
// kernel/resource.c writes it). One line is two blanks for each level of depth, first and last address, " : "
// and a name.
#include "base/text.h"
#include "machine/memory_map.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

std::optional<ResourceLine> parse_line(std::string_view line) {
    std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(indent);
    std::size_t dash = line.find('-'), colon = line.find(" : ");
    if (indent % 2 != 0 || colon == std::string_view::npos || dash > colon)
        return std::nullopt;
    auto first = parse_hexadecimal(line.substr(0, dash));
    auto last = parse_hexadecimal(line.substr(dash + 1, colon - dash - 1));
    auto range = first && last ? Range::between(*first, *last) : std::nullopt;
    if (!range)
        return std::nullopt;
    return ResourceLine{*range, static_cast<unsigned>(indent / 2), std::string(line.substr(colon + 3))};
}

// Without CAP_SYS_ADMIN the kernel writes zeros for every address.
bool is_hidden(const std::vector<ResourceLine> &lines) {
    return std::ranges::all_of(lines, [](const ResourceLine &line) { return line.range.last() == 0; });
}

// The names that the kernel gives to entries of the firmware's map (e820_type_to_string in its
// arch/x86/kernel/e820.c). Old kernels write "reserved".
std::optional<MemoryType> type_of(std::string_view name) {
    if (name == "Reserved" || name == "reserved")
        return MemoryType::reserved;
    for (MemoryType type : {MemoryType::acpi_tables, MemoryType::acpi_nvs, MemoryType::unusable,
                            MemoryType::persistent, MemoryType::persistent_legacy, MemoryType::soft_reserved})
        if (name == name_of(type))
            return type;
    return std::nullopt;
}

} // namespace

Result<std::vector<ResourceLine>> parse_iomem(std::string_view text) {
    std::vector<ResourceLine> resources;
    for (std::string_view line : lines_of(text)) {
        auto resource = parse_line(line);
        if (!resource)
            return fail(Cause::other,
                        fmt::format("line {} is \"{}\", first and last address and a name were needed",
                                    resources.size() + 1, printable(line)));
        resources.push_back(std::move(*resource));
    }
    if (resources.empty())
        return fail(Cause::other, "it is empty, the addresses of memory were needed");
    if (is_hidden(resources))
        return fail(Cause::other, "every address in it is 0: the kernel shows them to root alone",
                    "run this as root, with CAP_SYS_ADMIN");
    return resources;
}

// Memory that a device or a driver brought ("System RAM (virtio_mem)", "System RAM (kmem)", or plain System
// RAM below the device's own line) is that driver's to give again: a second kernel must not take it for
// granted. What is not RAM may lie below a bus window.
MemoryMap resource_memory_map(const std::vector<ResourceLine> &lines) {
    MemoryMap map;
    for (const ResourceLine &line : lines) {
        auto type = type_of(line.name);
        if (!type && line.depth == 0 && line.name == name_of(MemoryType::ram))
            type = MemoryType::ram;
        if (type)
            map.add(line.range, *type);
    }
    return map;
}

Ranges ram_lines(const std::vector<ResourceLine> &lines) {
    Ranges ram;
    for (const ResourceLine &line : lines)
        if (line.name.starts_with(name_of(MemoryType::ram)))
            ram.add(line.range);
    return ram;
}

} // namespace kexec
