// SPDX-License-Identifier: GPL-2.0-or-later
// Loading and unloading. A load is prepared first: the machine looked at, the files read, the plan made and
// checked, without changing anything. Only then is it carried out.
#pragma once

#include "kexec/options.h"
#include "kexec/world.h"
#include "plan/plan.h"

namespace kexec {

struct PreparedLoad {
    Decision decision;
    std::vector<std::shared_ptr<const MappedFile>> files; // that it was made from
};

// Everything that can be checked is checked here. Prints warnings, and with -d the decision.
Result<PreparedLoad> prepare_load(World &world, Options options);

// Makes the attempts in order, until one succeeds or fails with an errno that ends the trying. A file that
// changed since it was read ends it, too.
Result<void> carry_out(World &world, const Options &options, PreparedLoad &prepared);

// The kernel for a reboot, or the crash kernel. Nothing loaded is a success.
Result<void> unload(World &world, const Options &options);

} // namespace kexec
