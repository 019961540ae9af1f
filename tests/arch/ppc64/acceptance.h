// SPDX-License-Identifier: GPL-2.0-or-later
// A second opinion on plans for ppc64: what kexec_load takes, what head_64.S and prom.c of the kernel want,
// written without the planner's own means; numbers are read out of the segments by their offsets.
#pragma once

#include "plan/plan.h"

#include <string>
#include <vector>

namespace kexec::testing {

// What is wrong with the plan, a sentence each; empty: nothing.
std::vector<std::string> ppc64_faults_of(const SegmentLoad &plan, const Request &request);

} // namespace kexec::testing
