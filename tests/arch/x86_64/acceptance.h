// SPDX-License-Identifier: GPL-2.0-or-later
// A second opinion on plans: what kexec_load takes and what a kernel needs to come up, written without the
// planner's own means: no Ranges, no Placer, no structures; numbers are read out of the segments by their
// offsets.
#pragma once

#include "plan/plan.h"

#include <string>
#include <vector>

namespace kexec::testing {

// What is wrong with the plan, a sentence each; empty: nothing.
std::vector<std::string> faults_of(const SegmentLoad &plan, const Request &request);

// Whether there is so much room in one piece that no way of placing could miss it.
bool has_obvious_room(const Request &request);

} // namespace kexec::testing
