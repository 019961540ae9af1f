// SPDX-License-Identifier: GPL-2.0-or-later
// Keeping how a capture ends for the next boot. While it goes on there is a draft, from which another process
// can tell the end where the one that stores the dump hangs or dies.
#pragma once

#include "capture/outcome.h"
#include "util/kdump-capture/world.h"

namespace kexec::capture {

struct Draft {
    std::string directory; // where the outcome goes; empty where there is no such place
    Outcome outcome;
};

void write_draft(const World &world, const Draft &draft);
Draft read_draft(const World &world);

// To the file in the draft's directory, else to /dev/pmsg0; and to the kernel's log.
void keep_outcome(const World &world, const Draft &draft);

} // namespace kexec::capture
