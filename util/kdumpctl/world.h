// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds a run of the command. A test stands up one of its own.
#pragma once

#include "base/result.h"

#include <functional>

namespace kexec::kdumpctl {

struct World {
    std::string root;                               // in front of /etc, /proc, ...; "" on a real machine
    std::function<bool(std::string_view)> print;    // to standard output; false where that failed
    std::function<void(std::string_view)> complain; // to standard error
    std::string architecture;                       // as uname -m says it
    std::function<std::string()> kernel_log;        // as dmesg shows it; empty where it may not be read
};

} // namespace kexec::kdumpctl
