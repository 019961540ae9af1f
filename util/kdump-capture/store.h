// SPDX-License-Identifier: GPL-2.0-or-later
// Storing the dump: the log first, which is small and tells most, then memory, by makedumpfile or without it.
#pragma once

#include "util/kdump-capture/world.h"

namespace kexec::capture {

// What became of it; as an exit status, for the process that waits for it.
enum class Ending {
    saved = 0,
    failed = 1,
    left_out = 2, // as kdump_pre has asked for
};

// Tries the targets in turn, keeps the outcome, and leaves nothing mounted. Everything is on the disk then.
Ending store_dump(const World &world, const Settings &settings);

} // namespace kexec::capture
