// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory a capture kernel needs: a sum that shows its parts.
#pragma once

#include "util/kdumpctl/facts.h"

namespace kexec::kdumpctl {

struct Part {
    std::string_view name;
    std::uint64_t size; // bytes
    std::string reason; // where the number comes from
};

struct Estimate {
    std::vector<Part> parts;
    std::uint64_t needed;                 // bytes: the sum of the parts
    std::optional<CrashKernel> parameter; // the default; nothing where there is no table
    std::uint64_t by_default;             // bytes of that for this machine
    std::uint64_t recommended;            // the larger of the two
    std::string words;                    // "crashkernel=256M", with which that is reserved
    std::vector<Module> large_modules;    // of a MiB or more, the largest first
    std::vector<std::string> notes;       // each a sentence and what to do
};

// Cause::missing_file where the size of memory or of the kernel is not known.
Result<Estimate> estimate(const Facts &facts);

struct Status {
    bool operational;               // a crash will be dumped
    std::vector<std::string> notes; // each a sentence and what to do
};
Status judge(const Facts &facts);

// The default for this machine as it is, and its bytes; 0 where there is none or memory is not known.
std::uint64_t default_size(const Facts &facts);

} // namespace kexec::kdumpctl
