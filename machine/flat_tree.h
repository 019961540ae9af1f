// SPDX-License-Identifier: GPL-2.0-or-later
// The running kernel's device tree, put together again from the files of /proc/device-tree: one directory for
// each node, one file for each property.
#pragma once

#include "base/devicetree.h"
#include "machine/snapshot.h"

namespace kexec {

// Cause::missing_file where the snapshot has nothing below `directory`; Cause::bad_image for what no device
// tree could hold.
Result<DeviceTree> flattened_tree(const Snapshot &snapshot, std::string_view directory);

} // namespace kexec
