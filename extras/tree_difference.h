// SPDX-License-Identifier: GPL-2.0-or-later
// What differs between two device trees: the one that was started from and the one that the new kernel gets.
#pragma once

#include "base/devicetree.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

struct PropertyDifference {
    std::string path;                         // "/chosen"
    std::string property;                     // empty: the node itself came or went, with all below it
    std::optional<std::string> before, after; // the value in words; nothing where it is not there
};

struct TreeDifference {
    std::vector<PropertyDifference> changes;   // in the order of the second tree, what went behind it
    std::vector<TreeReservation> taken, given; // of /memreserve/: gone, and new
};

// Cause::bad_image where one of the two is no tree.
Result<TreeDifference> tree_difference(Bytes before, Bytes after);

} // namespace kexec
