// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds a run of the command. A test stands up one of its own.
#pragma once

#include "base/result.h"

#include <functional>
#include <optional>

namespace kexec::kdumpctl {

struct World {
    std::string root;                               // in front of /etc, /proc, ...; "" on a real machine
    std::function<bool(std::string_view)> print;    // to standard output; false where that failed
    std::function<void(std::string_view)> complain; // to standard error
    std::string architecture;                       // as uname -m says it
    std::function<std::string()> kernel_log;        // as dmesg shows it; empty where it may not be read

    // Runs a program by its absolute path and waits for its end: its exit status.
    std::function<Result<int>(const std::string &path, const std::vector<std::string> &arguments)> run;
    // The path of a program that systems keep in the usual directories, or that is beside this one.
    std::function<std::optional<std::string>(std::string_view name)> find_program;
    // Into a file of the kernel's, all at once.
    std::function<Result<void>(const std::string &path, std::string_view text)> write;
    std::function<void()> sync;             // brings all that is written to the disks
    std::function<std::uint64_t()> now;     // seconds since 1970
    std::function<std::string()> read_line; // from standard input, without its end; empty where nothing comes
    bool is_terminal = false;               // standard input is one
};

// "kdumpctl: sentence" on standard error.
inline void warn(const World &world, std::string_view sentence) {
    world.complain("kdumpctl: " + std::string(sentence) + "\n");
}

} // namespace kexec::kdumpctl
