// SPDX-License-Identifier: GPL-2.0-or-later
// Network interfaces are taken down before another kernel starts, so that no device goes on writing into
// memory; they are brought up again if it does not start after all.
#pragma once

#include "kexec/system_calls.h"

#include <string>
#include <string_view>
#include <vector>

namespace kexec {

struct LinkFailure {
    std::string name;
    int number; // errno
};

struct LinksTakenDown {
    std::vector<std::string> down; // in the order taken
    std::vector<LinkFailure> failures;
};

// The names in /proc/net/dev (proc_net(5)): two lines of headings, then a line for each interface with its
// name before a ':', which no name holds.
std::vector<std::string> names_of_interfaces(std::string_view text);

// Every interface that is up, except loopback; traffic shapers first, as they stand on others. One that fails
// does not keep the others from being tried. The error is that nobody knows which there are.
Result<LinksTakenDown> take_links_down(SystemCalls &calls);

// Those that were taken down, last first. Gives back the ones that did not come up.
std::vector<LinkFailure> bring_links_up(SystemCalls &calls, const std::vector<std::string> &down);

} // namespace kexec
