// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a device tree: every node and property can be read, it can be changed and packed, and comes
// back as it was. What stands behind it in the input is applied as an overlay.
#include "base/devicetree.h"
#include "machine/tree_facts.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

namespace {

void walk(const DeviceTree &tree, DeviceTree::Node node, unsigned depth) {
    for (const std::string &name : tree.property_names(node))
        if (auto value = tree.property(node, name))
            read_all(*value);
    require(tree.name(node).size() <= tree.size());
    for (DeviceTree::Node child : tree.children(node))
        if (depth < 64)
            walk(tree, child, depth + 1);
}

void change(DeviceTree &tree) {
    answered(tree.set_text("/chosen", "bootargs", "quiet"));
    answered(tree.set_number("/chosen", "linux,initrd-start", UINT64_MAX));
    answered(tree.remove("/chosen", "kaslr-seed"));
    answered(tree.reserve({0x1000, 0x1000}));
    auto again = DeviceTree::read(tree.packed());
    require(again.has_value() && again->packed() == tree.packed());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes bytes = std::as_bytes(std::span(data, size));
    auto tree = DeviceTree::read(bytes);
    if (!answered(tree))
        return 0;
    walk(*tree, DeviceTree::root, 0);
    tree->find_compatible("maker,board");
    answered(memory_in(*tree));
    answered(reservations_in(*tree));
    tree->is_overlay();
    answered(tree->apply_overlay(bytes.subspan(std::min<std::size_t>(tree->size(), size))));
    change(*tree);
    return 0;
}
