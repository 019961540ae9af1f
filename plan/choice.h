// SPDX-License-Identifier: GPL-2.0-or-later
// Which system call serves a request is decided here, before any is made: by what was asked (-c, -s, -a),
// what the image is, which options only kexec_load can honour, and what the running kernel insists on.
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

// Cause::unsupported where only the file call can serve and it does not take this kind of image, and where
// --require-signature was given on a kernel that takes unsigned ones.
Result<CallChoice> choose_call(const Request &request, std::span<const Option> options);

// What an errno of kexec_file_load says.
enum class Meaning {
    cannot,      // this kernel's file call does not do it: not "no"
    no_room,     // the kernel found no place; kexec_load brings its own
    not_trusted, // the kernel, IMA or a security module does not trust the file
    final,       // the other call would meet the same
};
Meaning meaning_of(int number);

// The errnos that mean Meaning::cannot.
std::vector<int> file_call_cannot();
// kexec_load is known to be refused, whatever it brings and also where it only unloads.
bool load_is_shut(const KexecPolicy &policy);
// The errnos after which kexec_load is tried, where it is not shut.
std::vector<int> goes_on_after(const KexecPolicy &policy);

// The plan for kexec_file_load, which places everything itself.
FileLoad plan_file_load(const Request &request);

// The whole decision: chooses, and makes each plan. `plan_segments` is the architecture's own planner.
Result<Decision> decide(
    const Request &request, std::span<const Option> options,
    const std::function<Result<SegmentLoad>(std::vector<std::string> &warnings)> &plan_segments);

} // namespace kexec
