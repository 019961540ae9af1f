// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of a capture kernel: the running one without what a capture kernel is better without, and
// with what it needs, by the variables of /etc/sysconfig/kdump and their defaults.
#pragma once

#include "util/kdumpctl/configuration.h"

namespace kexec::kdumpctl {

struct LineFacts {
    std::string architecture;           // as uname -m says it
    std::string running;                // the running kernel's command line
    std::string boot_cpu;               // x86: the APIC's number of the CPU that the firmware started
    std::vector<std::string> watchdogs; // names of their drivers
    bool is_graviton = false;           // an arm64 machine of Amazon's, where polling breaks hotplug
};

std::span<const Source> line_sources();
LineFacts understand_line(const Snapshot &snapshot, std::string_view architecture);

// `more` stands at the end.
std::string capture_command_line(const LineFacts &facts, const Configuration &configuration,
                                 std::string_view more = {});

// What firmware-assisted dump adds to the command line of the boot after a crash.
std::string fadump_arguments(const LineFacts &facts, const Configuration &configuration,
                             std::string_view more = {});

} // namespace kexec::kdumpctl
