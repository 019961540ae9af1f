// SPDX-License-Identifier: GPL-2.0-or-later
// Starting a program and learning how it ended: for base/process.cc and base/process_group.cc.
#pragma once

#include "base/file.h"

#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace kexec {

// What a program starts with besides its words: descriptors of ours become its own.
struct Surroundings {
    int input = -1; // -1: it reads nothing
    int output = 2;
    int error = 2;
    std::span<const int> kept = {}; // inherited under the numbers that they have here
    bool in_own_group = false;      // it and what it starts: a process group of its number
};

// By its absolute path, without a shell, with nothing of our environment. Its home is root's, where OpenSSH's
// scripts put what they write.
Result<pid_t> spawn(const std::string &path, const std::vector<std::string> &arguments,
                    const Surroundings &surroundings);

// Its exit status, or 128 and the number of the signal that ended it. `path` is for the error.
Result<int> status_at_end(pid_t child, const std::string &path);
// The same; nothing where it still runs.
Result<std::optional<int>> status_if_ended(pid_t child, const std::string &path);

} // namespace kexec
