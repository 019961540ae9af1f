// SPDX-License-Identifier: GPL-2.0-or-later
// The last look at a plan, by someone who did not make it: every rule that kexec_load enforces, and those
// that it does not but a booted kernel would.
#pragma once

#include "plan/plan.h"

namespace kexec {

// Most segments that kexec_load takes (KEXEC_SEGMENT_MAX).
inline constexpr std::size_t most_segments = 16;

// Cause::no_reservation where the running kernel holds no memory for a crash kernel, or lets firmware dump a
// crash.
Result<void> check_reservation(const Machine &machine);

// An error names the segment that breaks a rule. `page` is the machine's page size in bytes.
Result<void> check(const SegmentLoad &plan, const Machine &machine, Purpose purpose, std::uint64_t page);

} // namespace kexec
