// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds the capture program. A test stands up one of its own.
#pragma once

#include "capture/settings.h"

#include <functional>
#include <optional>

namespace kexec::capture {

struct World {
    std::string root; // in front of every path that is looked at; "" on a real machine
    std::function<void(std::string_view)> say; // to the console, as it is
    // mount(2) and umount(2), below the root. `options` are as mount(8) takes them.
    std::function<Result<void>(const std::string &source, const std::string &place, const std::string &type,
                               const std::string &options)>
        mount;
    std::function<Result<void>(const std::string &place)> unmount;
    // `parameters` as "NAME=VALUE NAME=VALUE".
    std::function<Result<void>(const std::string &path, const std::string &parameters)> load_module;
    // Tells the kernel about a device of a btrfs that is spread over several.
    std::function<void(const std::string &device)> scan_btrfs;
    std::function<std::optional<std::string>(std::string_view)> find_program; // as find_program does
    std::function<double()> seconds;                                          // since some moment
    std::function<std::uint64_t()> clock;                                     // seconds since 1970
    std::function<void(double seconds)> sleep;
    std::function<void()> sync;                // brings everything to the disks
    std::function<std::string()> kernel_log;   // of the running kernel, as dmesg shows it
    std::function<Result<void>()> run_shell;   // on the console
    std::function<Result<void>(Action)> leave; // reboot, halt, poweroff; comes back only where that failed
    unsigned processors = 1;
};

// A sentence for the console, and an error's two.
void tell(const World &world, std::string_view sentence);
void tell(const World &world, const Error &error);

} // namespace kexec::capture
