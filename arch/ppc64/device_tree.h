// SPDX-License-Identifier: GPL-2.0-or-later
// The device tree for the new kernel: whose it is, and what is changed in it.
#pragma once

#include "arch/ppc64/crash.h"
#include "base/devicetree.h"
#include "plan/request.h"

namespace kexec::ppc64 {

// The tree to start from: that of --dtb, else the running kernel's. Where it came from goes into `notes`.
// Cause::missing_file where there is no tree at all, Cause::unsupported where the tree given does not know
// the processor that will start the new kernel.
Result<DeviceTree> tree_to_start_from(const Request &request, std::vector<std::string> &notes,
                                      std::vector<std::string> &warnings);

// The command line without what a crash kernel needs: as it was given, with the running kernel's root= where
// it names none; for a tree of --dtb and no command line, what that tree has.
std::string command_line_for(const Request &request, const DeviceTree &tree);

// What the new kernel is to be told.
struct Told {
    const Request &request;
    std::string_view command_line;
    std::optional<Range> initrd; // its bytes, no padding
    const CrashPieces *crash;    // null: it is no crash kernel
};
Result<void> tell(DeviceTree &tree, const Told &told, std::vector<std::string> &notes);

} // namespace kexec::ppc64
