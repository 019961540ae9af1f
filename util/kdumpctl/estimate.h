// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory a capture kernel needs by the sum that kdump-utils makes and what that leaves out, and
// whether a crash is dumped.
#pragma once

#include "machine/capture_need.h"
#include "util/kdumpctl/facts.h"

namespace kexec::kdumpctl {

struct Estimate {
    CaptureNeed need;
    std::vector<Module> large_modules; // of a MiB or more, the largest first
    std::vector<std::string> notes;    // each a sentence and what to do
};

// Cause::missing_file where the size of memory or of the kernel is not known.
Result<Estimate> estimate(const Facts &facts);

// "crashkernel=" and the default of this machine, or a size to start with where there is none.
std::string default_words(const Facts &facts);

struct Status {
    bool operational;               // a crash will be dumped
    std::vector<std::string> notes; // each a sentence and what to do
};
Status judge(const Facts &facts);

} // namespace kexec::kdumpctl
