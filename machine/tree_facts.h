// SPDX-License-Identifier: GPL-2.0-or-later
// What a device tree says of memory (Devicetree Specification 2.3.5 and 3.4 to 3.5).
#pragma once

#include "base/devicetree.h"
#include "base/range.h"
#include "base/result.h"

namespace kexec {

// How many 32-bit cells an address and a size have in the `reg` of a node's children.
struct Cells {
    unsigned address, size; // 1 or 2 each
};

// #address-cells and #size-cells of a node; where they are missing, 1 each as the kernel has it for the root
// (OF_ROOT_NODE_ADDR_CELLS_DEFAULT). Cause::bad_image for other numbers than 1 and 2.
Result<Cells> cells_of(const DeviceTree &tree, DeviceTree::Node node);

// Pairs of address and size, one after the other, in their order; entries of no bytes are left out.
// Cause::bad_image where one wraps.
Result<std::vector<Range>> pairs_in(Bytes reg, Cells cells);
// The same as a set.
Result<Ranges> ranges_in(Bytes reg, Cells cells);
// Appends one pair. Cause::no_room for what does not fit the cells.
Result<void> append_range(Buffer &reg, Range range, Cells cells);

// Memory by the memory nodes below the root; empty where there are none, or where a boot loader was to fill
// them in.
Result<Ranges> memory_in(const DeviceTree &tree);
// The path of the first memory node; nothing where there is none.
std::optional<std::string> memory_node(const DeviceTree &tree);

// What no kernel may use as it likes: /memreserve/ and the children of /reserved-memory that have a place.
Result<Ranges> reservations_in(const DeviceTree &tree);

} // namespace kexec
