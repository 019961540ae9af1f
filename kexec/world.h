// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds a run of the command: the kernel behind its calls, the files below a root, and where text
// goes. A test stands up one of its own.
#pragma once

#include "arch/arch.h"
#include "kexec/system_calls.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kexec {

struct World {
    SystemCalls &calls;
    const Arch &arch;
    std::string root;                               // in front of /proc and /sys; "" on a real machine
    std::function<void(std::string_view)> print;    // to stdout
    std::function<void(std::string_view)> complain; // to stderr
    bool to_terminal = false;                       // somebody reads stderr as it is written
    std::shared_ptr<void> kept = {};                // what was loaded: lasts as long as the program
};

// "kexec: sentence" on stderr.
inline void warn(const World &world, std::string_view sentence) {
    world.complain("kexec: " + std::string(sentence) + "\n");
}

} // namespace kexec
