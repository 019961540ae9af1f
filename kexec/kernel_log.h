// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel writes to its log while it works on a call: often the only place where it says why it
// refused. The form of /dev/kmsg is that of Documentation/ABI/testing/dev-kmsg.
#pragma once

#include "base/file.h"

#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// The log from a moment on.
class KernelLog {
public:
    KernelLog() = default; // an empty one
    // What is there already is passed over. Empty where the log may not be read.
    static KernelLog from_now(const std::string &path);

    // The messages that have come since, oldest first; at most so many are read, and none is waited for.
    static constexpr unsigned most_records = 4096;
    std::vector<std::string> messages() const;

private:
    explicit KernelLog(Descriptor file) : file_(std::move(file)) {}
    Descriptor file_;
};

// The messages of records as /dev/kmsg gives them: "PRIORITY,NUMBER,MICROSECONDS,FLAGS;MESSAGE", then lines
// that start with a blank and are left out, as is what has no such form.
std::vector<std::string> messages_of(std::string_view records);

// The last few of those that speak of kexec, signatures, lockdown or IMA, fit to be printed.
inline constexpr std::size_t most_messages_shown = 5;
std::vector<std::string> about_kexec(const std::vector<std::string> &messages);

} // namespace kexec
