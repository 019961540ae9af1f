// SPDX-License-Identifier: GPL-2.0-or-later
// Getting at the place that a dump goes to: its device appears, is the right one, and is mounted.
#pragma once

#include "util/kdump-capture/world.h"

namespace kexec::capture {

struct Place {
    std::string directory; // that gets a directory for the dump; empty for a raw device
    std::string device;    // of a raw one
    bool is_mounted = false;
};

Result<Place> open_target(const World &world, const Settings &settings, const Target &target);
// What was mounted is unmounted; a failure is told.
void close_target(const World &world, const Place &place);

} // namespace kexec::capture
