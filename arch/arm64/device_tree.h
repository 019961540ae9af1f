// SPDX-License-Identifier: GPL-2.0-or-later
// The device tree for the new kernel: whose it is, what is mended in it, and what /chosen tells
// (chosen.yaml of dt-schema; drivers/of/kexec.c does the same for kexec_file_load).
#pragma once

#include "base/devicetree.h"
#include "plan/request.h"

namespace kexec::arm64 {

// The tree to start from: that of --dtb, mended where it lacks memory, else the running kernel's. What was
// decided goes into `notes`, in sentence parts. Cause::missing_file where there is no tree at all.
Result<DeviceTree> tree_to_start_from(const Request &request, std::vector<std::string> &notes);

// Whether /chosen tells where EFI's map of memory and its tables are.
bool has_efi(const DeviceTree &tree);

// What the new kernel is to be told.
struct Told {
    std::string_view command_line;
    std::optional<Range> initrd;      // its bytes, no padding
    std::optional<Range> core_header; // for a crash kernel
    std::vector<Range> usable;        // memory that a crash kernel may use, the most important first
    Entropy entropy;
    bool own_tree; // it is the running kernel's, not one of --dtb
};

Result<void> tell(DeviceTree &tree, const Told &told, std::vector<std::string> &notes);

} // namespace kexec::arm64
