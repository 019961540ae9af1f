// SPDX-License-Identifier: GPL-2.0-or-later
// Running another program, and all that it starts, while we do something else.
#pragma once

#include "base/file.h"

#include <optional>
#include <vector>

namespace kexec {

// A program that runs while we do. It and what it starts are a process group of their own.
class ProcessGroup {
public:
    // It reads from `input` and writes to `output`; nothing, and our standard error, where these are null.
    static Result<ProcessGroup> start(const std::string &path, const std::vector<std::string> &arguments,
                                      const Descriptor *input = nullptr, const Descriptor *output = nullptr);

    // How it ended, as run_program has it; nothing where it has not within so many seconds. Not to be asked
    // again once it has ended.
    Result<std::optional<int>> wait(double seconds) const;
    // Waits as long as it takes.
    Result<int> wait() const;
    // Ends the whole group at once (SIGKILL).
    void end_group() const;

private:
    ProcessGroup(std::string path, int process) : path_(std::move(path)), process_(process) {}

    std::string path_;
    int process_;
};

} // namespace kexec
