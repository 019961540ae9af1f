// SPDX-License-Identifier: GPL-2.0-or-later
// How a run of kdumpctl ended, and what it printed.
#pragma once

#include "util/kdumpctl/command.h"

#include <string>

namespace kexec::kdumpctl::test {

struct Ran {
    Outcome outcome;
    std::string out, err;
};

} // namespace kexec::kdumpctl::test
