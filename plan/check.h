// SPDX-License-Identifier: GPL-2.0-or-later
// The last look at a plan, by someone who did not make it: every rule that kexec_load enforces, and those
// that it does not but a booted kernel would.
#pragma once

#include "plan/plan.h"
#include "plan/request.h"

namespace kexec {

// Most segments that kexec_load takes (KEXEC_SEGMENT_MAX).
inline constexpr std::size_t most_segments = 16;

// Cause::no_reservation where the running kernel holds no memory for a crash kernel, or lets firmware dump a
// crash.
Result<void> check_reservation(const Machine &machine);

// Cause::command_line_too_long where `line` has more than `limit` characters, the NUL not counted. `remark`
// is said behind the number: that kexec has added to what was asked for.
Result<void> check_command_line(std::string_view line, std::uint64_t limit, std::string_view remark = "");
inline constexpr std::string_view with_additions = ", with what kexec adds";

// kexec_file_load has no argument for a device tree: with -s, naming one or a change to one is an error.
Result<void> check_no_tree_for_file_load(const Request &request);

// An error names the segment that breaks a rule. `page` is the machine's page size in bytes.
Result<void> check(const SegmentLoad &plan, const Machine &machine, Purpose purpose, std::uint64_t page);

} // namespace kexec
