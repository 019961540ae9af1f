// SPDX-License-Identifier: GPL-2.0-or-later
// The command: from its words to what was asked for.
#pragma once

#include "util/fadump/world.h"

#include <span>

namespace kexec::fadump {

// What the program exits with.
enum class Outcome {
    done = 0, // of status: a crash will be dumped
    failed = 1,
    bad_usage = 2,
    not_armed = 3,    // of status: a crash will not be dumped
    dump_waiting = 4, // of status: this is the boot after a crash
};

// `words` without the program's name.
Outcome run_command(const World &world, std::span<const char *const> words);

} // namespace kexec::fadump
