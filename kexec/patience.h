// SPDX-License-Identifier: GPL-2.0-or-later
// Making a call of the kexec family as often as makes sense: again after an interruption, again while another
// load is in progress (for a bounded time; arm64's kernel says the same of CPUs that it cannot stop, where
// waiting is no use), and without the debug flag where the kernel does not know it, so
// that -d never changes the outcome.
#pragma once

#include "kexec/world.h"

#include <functional>

namespace kexec {

inline constexpr std::chrono::milliseconds pause_while_busy{250};
inline constexpr unsigned most_pauses = 40; // 10 seconds in all
inline constexpr unsigned most_interruptions = 100;

// `call` gets the flags to use and returns an errno or 0, as this does.
int call_patiently(World &world, std::uint32_t flags, std::uint32_t debug_flag,
                   const std::function<int(std::uint32_t flags)> &call);

} // namespace kexec
