// SPDX-License-Identifier: GPL-2.0-or-later
// The process that waits for the one that stores the dump: for so long as the time limit says, and whatever
// becomes of that one.
#pragma once

#include "util/kdump-capture/store.h"

namespace kexec::capture {

// How the program is started again: as `path` with `arguments` and the words that say as what.
struct Self {
    std::string path;
    std::vector<std::string> arguments;
};

// Its end. Where it does not tell how it ended, that is kept and said.
Ending wait_for_store(const World &world, const Settings &settings, const Self &self);

// The other process: completes the draft that was left.
void report_end(const World &world, std::string_view what, std::string_view remedy);

// What is to be done behind that ending; a shell has been run already.
Action action_behind(const World &world, const Settings &settings, Ending ending);

} // namespace kexec::capture
