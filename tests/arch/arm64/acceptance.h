// SPDX-License-Identifier: GPL-2.0-or-later
// A second opinion on plans for arm64: what kexec_load takes and what booting.rst asks for, written without
// the planner's own means; numbers are read out of the segments by their offsets.
#pragma once

#include "plan/plan.h"

#include <string>
#include <vector>

namespace kexec::testing {

// What is wrong with the plan, a sentence each; empty: nothing.
std::vector<std::string> arm64_faults_of(const SegmentLoad &plan, const Request &request);

} // namespace kexec::testing
