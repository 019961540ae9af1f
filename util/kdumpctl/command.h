// SPDX-License-Identifier: GPL-2.0-or-later
// The command: from its words to what was asked for.
#pragma once

#include "util/kdumpctl/world.h"

#include <span>

namespace kexec::kdumpctl {

// What the program exits with.
enum class Outcome {
    done = 0,            // of status: a crash will be dumped
    failed = 1,          // of check-config: an error is in a file
    not_operational = 3, // of status: a crash will not be dumped
};

// `words` without the program's name.
Outcome run_command(const World &world, std::span<const char *const> words);

} // namespace kexec::kdumpctl
