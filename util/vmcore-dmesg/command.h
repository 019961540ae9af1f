// SPDX-License-Identifier: GPL-2.0-or-later
// The command: from its words to the log on the output.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace kexec::dmesg {

struct World {
    std::function<bool(std::string_view)> print; // to standard output; false where that failed
    std::function<void(std::string_view)> complain;
    std::string scratch; // a directory for what comes through a pipe and cannot be read as it passes
};

// `words` without the program's name. The exit status: 0, or a Fault (dump/fault.h).
int run_command(const World &world, std::span<const char *const> words);

} // namespace kexec::dmesg
