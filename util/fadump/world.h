// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds a run of the command. A test stands up one of its own.
#pragma once

#include "base/result.h"

#include <functional>
#include <optional>

namespace kexec::fadump {

struct World {
    std::string root;                               // in front of /proc, /sys and /run; "" on a real machine
    std::function<bool(std::string_view)> print;    // to standard output; false where that failed
    std::function<void(std::string_view)> complain; // to standard error
    // Into a file of the kernel's, all at once.
    std::function<Result<void>(const std::string &path, std::string_view text)> write;
    bool shows_progress = false;             // standard error is a terminal
    std::optional<std::string> makedumpfile; // its path, if it is installed
};

// "fadump: sentence" on standard error.
inline void warn(const World &world, std::string_view sentence) {
    world.complain("fadump: " + std::string(sentence) + "\n");
}

} // namespace kexec::fadump
