// SPDX-License-Identifier: GPL-2.0-or-later
// The command: from the words of a command line to what is done, and to the exit status.
#pragma once

#include "kexec/options.h"
#include "kexec/world.h"

namespace kexec {

// `words` without the program's name. Returns the exit status of the process.
int run_command(World &world, std::span<const char *const> words, Order order);

} // namespace kexec
