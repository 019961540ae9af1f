// SPDX-License-Identifier: GPL-2.0-or-later
// Running another program: by its absolute path, without a shell, with nothing of our environment.
#pragma once

#include "base/result.h"

#include <optional>
#include <vector>

namespace kexec {

// Runs it and waits for its end. It reads nothing, and what it prints goes to our standard error. Its exit
// status, or 128 and the number of the signal that ended it.
Result<int> run_program(const std::string &path, const std::vector<std::string> &arguments);

// The path of a program in the directories where systems keep them; nothing where it is not installed.
std::optional<std::string> find_program(std::string_view name);

} // namespace kexec
