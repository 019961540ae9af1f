// SPDX-License-Identifier: GPL-2.0-or-later
// Machines and requests to plan with, made up rather than recorded: every number in them is the test's own.
#pragma once

#include "plan/plan.h"

namespace kexec::testing {

inline Range span(std::uint64_t first, std::uint64_t last) { return Range::between(first, last).value(); }
inline Range sized(std::uint64_t first, std::uint64_t size) { return Range::sized(first, size).value(); }

// A BIOS machine: 640 KiB less a page and a little, RAM from 1 MiB to `end_of_ram` (with a hole for devices
// below 4 GiB when it is above), ACPI tables, two CPUs, vmcoreinfo, and a kernel that says where it lies.
Machine pc(std::uint64_t end_of_ram = 0x80000000);

// Sets memory aside for a crash kernel.
void reserve(Machine &machine, Range range);

// To load this kernel file by kexec_load, with the command line "root=/dev/vda1 quiet".
Request request_to_load(Machine machine, Bytes kernel_file, Purpose purpose = Purpose::reboot,
                        std::optional<std::string_view> type = {});

void give(Request &request, OptionId option, std::string argument = {});

// The first plan for kexec_load; a request that was refused ends the test with its error.
SegmentLoad segments_of(const Result<Decision> &decision);
// The segment of that name; none ends the test.
const Segment &segment_named(const SegmentLoad &plan, std::string_view name);

} // namespace kexec::testing
