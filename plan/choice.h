// SPDX-License-Identifier: GPL-2.0-or-later
// Which system call serves a request is decided here, before any is made: by what was asked (-c, -s, -a),
// what the image is, and which options only kexec_load can honour.
#pragma once

#include "plan/plan.h"

#include <functional>
#include <span>

namespace kexec {

// The calls to try, in order, and why.
struct CallChoice {
    struct Step {
        Call call; // load or file_load
        std::string reason;
    };
    std::vector<Step> steps;           // one or two
    std::vector<std::string> warnings; // options that the chosen call cannot honour
};

// Cause::unsupported where -s was asked and the file call does not take this kind of image.
Result<CallChoice> choose_call(const Request &request, std::span<const Option> options);

// The errnos that mean "this kernel's file call does not do it", not "no": the other call is tried after
// these.
std::vector<int> file_call_cannot();

// The plan for kexec_file_load, which places everything itself.
FileLoad plan_file_load(const Request &request);

// The whole decision: chooses, and makes each plan. `plan_segments` is the architecture's own planner.
Result<Decision> decide(
    const Request &request, std::span<const Option> options,
    const std::function<Result<SegmentLoad>(std::vector<std::string> &warnings)> &plan_segments);

} // namespace kexec
