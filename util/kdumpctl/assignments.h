// SPDX-License-Identifier: GPL-2.0-or-later
// Files of assignments, as shells read them: NAME=VALUE, quotes, backslashes, comments. They are read and not
// run, so what would take a shell (commands, and variables in values) is refused.
#pragma once

#include "util/kdumpctl/finding.h"

#include <cstdint>

namespace kexec::kdumpctl {

struct Assignment {
    std::string name;
    Place place;             // of the name
    Value value;             // without quotes and backslashes
    bool is_literal = false; // a byte of the value stands as far behind its place as in the file
};

struct Assignments {
    std::vector<Assignment> list; // in their order
    Findings findings;
};

// Any text; nothing can fail. A line with an error gives no assignment.
Assignments read_assignments(std::string_view text);

} // namespace kexec::kdumpctl
