// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux itself lets through its two system calls, on any architecture: a model of its checks that knows
// nothing of the planner and uses none of its means; numbers alone. The second opinions in tests/arch are
// about what comes afterwards.
#pragma once

#include "plan/plan.h"

#include <string>
#include <vector>

namespace kexec::testing {

// Why the kernel that runs on the request's machine would refuse, as "EINVAL: …"; empty: it would not.
std::vector<std::string> kernel_refusals(const SegmentLoad &plan, const Request &request);
std::vector<std::string> kernel_refusals(const FileLoad &plan, const Request &request);

// Of every attempt of a decision.
std::vector<std::string> kernel_refusals(const Decision &decision, const Request &request);

} // namespace kexec::testing
