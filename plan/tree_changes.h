// SPDX-License-Identifier: GPL-2.0-or-later
// Changes to the device tree that the new kernel is given: overlays, and single properties.
#pragma once

#include "base/devicetree.h"
#include "plan/request.h"

namespace kexec {

// PATH:PROPERTY=VALUE, the argument of --dtb-set. VALUE is one of
//   <1 0x2 ...>     32-bit numbers, decimal or with 0x
//   [00 1122 ...]   bytes as pairs of hexadecimal digits
//   "text", "more"  strings, each with its NUL; there is no way to write a quote in one
//   nothing         a property without a value
//   any other text  one string
// Cause::bad_usage for anything else.
Result<TreeChange> parse_tree_change(std::string_view argument);

// The overlays first, then each property, as the request has them. What was done goes into `notes`.
Result<void> change_tree(DeviceTree &tree, const Request &request, std::vector<std::string> &notes);

// What the file call could not hand over of this request, in sentence parts, besides options.
std::vector<std::string> trees_for_segments(const Request &request);

} // namespace kexec
