// SPDX-License-Identifier: GPL-2.0-or-later
// How long loading and verifying will take, by fixed rates: the same numbers on every host, good for telling
// a second from a minute.
#pragma once

#include "extras/behaviour.h"
#include "plan/plan.h"

#include <cstdint>

namespace kexec {

// In milliseconds, rounded up: where the CPU has instructions for SHA-256 that are used, and where not.
struct Duration {
    std::uint64_t with_instructions, without;
};

struct Estimate {
    Duration load;
    std::optional<Duration> verify; // by the purgatory; nothing: the running kernel's own does it, or none
};

// Bytes per second, in MiB: files to memory and on into the kernel; SHA-256; the same with arm64's caches
// off.
inline constexpr std::uint64_t load_rate = 500, fast_hash_rate = 1000, slow_hash_rate = 150,
                               uncached_hash_rate = 5;

Estimate estimate_of(const SegmentLoad &plan, const std::optional<Behaviour> &purgatory);
Estimate estimate_of(const FileLoad &plan);

} // namespace kexec
