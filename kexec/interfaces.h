// SPDX-License-Identifier: GPL-2.0-or-later
// Network interfaces are taken down before another kernel starts, so that no device goes on writing into
// memory; they are brought up again if it does not start after all.
#pragma once

#include "kexec/system_calls.h"

#include <string>
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

// Every interface that is up, except loopback; traffic shapers first, as they stand on others. One that fails
// does not keep the others from being tried.
LinksTakenDown take_links_down(SystemCalls &calls);

// Those that were taken down, last first. Gives back the ones that did not come up.
std::vector<LinkFailure> bring_links_up(SystemCalls &calls, const std::vector<std::string> &down);

} // namespace kexec
