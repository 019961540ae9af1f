// SPDX-License-Identifier: GPL-2.0-or-later
// By drivers/of/kobj.c of the kernel, which makes these files. The order of nodes is that of their names,
// with numbers in theirs: what is probed first gets the first number.
#include "machine/flat_tree.h"

#include "base/file.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

// "cpu@2" before "cpu@10": where the names before the '@' are the same, the shorter name comes first.
bool comes_before(const std::string &one, const std::string &other) {
    auto base = [](const std::string &name) { return std::string_view(name).substr(0, name.find('@')); };
    if (base(one) == base(other) && one.size() != other.size())
        return one.size() < other.size();
    return one < other;
}

Result<void> add_node(DeviceTreeWriter &writer, const Snapshot &snapshot, const std::string &path,
                      unsigned depth) {
    std::vector<std::string> names = snapshot.names_in(path), nodes;
    std::ranges::sort(names, comes_before);
    for (const std::string &name : names) {
        std::string below = path + "/" + name;
        auto value = snapshot.bytes(below);
        if (snapshot.is_cut(below))
            return fail(Cause::bad_image,
                        fmt::format("{}: is longer than the {} bytes that are read of it", below,
                                    value->size()),
                        "use --dtb with a device tree file");
        // "name" is no property of the tree: the kernel shows the node's name in it.
        if (value && name != "name")
            writer.property(name, *value);
        if (!value && snapshot.error(below) == 0)
            nodes.push_back(name);
    }
    if (depth == 0 && !nodes.empty())
        return fail(Cause::bad_image, fmt::format("{}: nests deeper than {} nodes", path, deepest_tree),
                    "use --dtb with a device tree file");
    for (const std::string &name : nodes) {
        writer.begin_node(name);
        TRY(add_node(writer, snapshot, path + "/" + name, depth - 1));
        writer.end_node();
    }
    return {};
}

} // namespace

Result<DeviceTree> flattened_tree(const Snapshot &snapshot, std::string_view directory) {
    if (snapshot.names_in(directory).empty())
        return fail(Cause::missing_file, fmt::format("{}: there is no such directory", directory),
                    "use --dtb with a device tree file");
    DeviceTreeWriter writer;
    writer.begin_node("");
    TRY(add_node(writer, snapshot, std::string(directory), deepest_tree));
    writer.end_node();
    return TRY_WITHIN(directory, writer.finish());
}

} // namespace kexec
