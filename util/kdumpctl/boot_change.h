// SPDX-License-Identifier: GPL-2.0-or-later
// Carrying out a plan, and undoing it. The old files are kept first, below /var/lib/kdump/boot-configuration:
// a directory with a number for each change, with before/ (put back by an undo), after/ (what has to be there
// for that), copies/ (of files that programs make anew) and the list of programs that an undo runs. Each file
// is replaced whole: whenever power is cut, it is the old one or the new one.
#pragma once

#include "util/kdumpctl/boot_plan.h"
#include "util/kdumpctl/world.h"

namespace kexec::kdumpctl {

// Refuses files that are no regular ones below `world.root`, or are no longer what was seen. Where a file
// cannot be written or a program fails, everything is put back. Gives the directory of the backup, below the
// root; empty where there was nothing to do.
Result<std::string> carry_out(const World &world, const BootPlan &plan);

// The last change that was not undone, as a plan: without a file that is already as it was. An error where
// one is neither what the change left nor what it found.
struct Undo {
    std::string backup; // its directory, below the root
    BootPlan plan;
};
Result<Undo> last_change(const World &world);

// Puts the files back, runs the programs and forgets the backup.
Result<void> undo(const World &world, const Undo &undo);

} // namespace kexec::kdumpctl
