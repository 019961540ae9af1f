// SPDX-License-Identifier: GPL-2.0-or-later
// The exit status of kexec-tools for an error. It follows the option given (-c, -s, -a), not the call that
// was chosen.
#pragma once

#include "base/result.h"
#include "plan/request.h"

namespace kexec {

inline constexpr int general_failure = 255; // -1
inline constexpr int fatal_failure = 1;
inline constexpr int file_call_failure = 253; // -3: -s, and the kernel's file call does not do it
// Of --doctor, whose success is that nothing is wrong.
inline constexpr int doctor_warns = 2;
inline constexpr int doctor_finds_broken = 3;

int exit_status(const Error &error, Call requested);

} // namespace kexec
