// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds a run of the command. A test stands up one of its own.
#pragma once

#include "base/result.h"

#include <functional>
#include <optional>

namespace kexec::kdumpctl {

// How much a sentence matters, by kdump-utils' numbers; 4 is everything there.
enum class Level { error = 1, warning, done };
// The numbers of syslog(3): error, warning, information.
constexpr unsigned syslog_priority(Level level) {
    return level == Level::error ? 3 : level == Level::warning ? 4 : 6;
}

// Up to which level standard output and error, the system's and the kernel's log hear what is said.
struct LogLevels {
    unsigned standard = 3, system = 0, kernel = 0;
};

// How a program ended, and what it printed.
struct Answer {
    int status;
    std::string text;
};

struct Emulation; // trial.h

struct World {
    std::string root;                               // in front of /etc, /proc, ...; "" on a real machine
    std::function<bool(std::string_view)> print;    // to standard output; false where that failed
    std::function<void(std::string_view)> complain; // to standard error
    LogLevels levels = {};
    std::function<void(unsigned priority, const std::string &text)> log_system; // by syslog(3)
    std::string architecture;                                                   // as uname -m says it
    std::uint64_t page_size = 4096;                                             // of the running kernel
    std::function<std::string()> kernel_log; // as dmesg shows it; empty where it may not be read

    // Runs a program by its absolute path and waits for its end: its exit status.
    std::function<Result<int>(const std::string &path, const std::vector<std::string> &arguments)> run;
    // The same, where what it prints is kept from the terminal.
    std::function<Result<Answer>(const std::string &path, const std::vector<std::string> &arguments)> ask;
    // The path of a program that systems keep in the usual directories, or that is beside this one.
    std::function<std::optional<std::string>(std::string_view name)> find_program;
    // Into a file of the kernel's, all at once.
    std::function<Result<void>(const std::string &path, std::string_view text)> write;
    const Emulation *emulation = nullptr;                        // for trials
    std::function<void()> sync;                                  // brings all that is written to the disks
    std::function<Result<void>(const std::string &path)> settle; // as settle_file_system does
    std::function<std::uint64_t()> now;                          // seconds since 1970
    std::function<void(std::uint64_t seconds)> sleep;
    std::function<std::string()> read_line; // from standard input, without its end; empty where nothing comes
    bool is_terminal = false;               // standard input is one
};

// "kdumpctl: sentence" on standard error.
void warn(const World &world, std::string_view sentence);

} // namespace kexec::kdumpctl
