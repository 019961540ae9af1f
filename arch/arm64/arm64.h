// SPDX-License-Identifier: GPL-2.0-or-later
// What the files of this folder have for each other. The outside sees only the table in arch.cc.
#pragma once

#include "arch/arch.h"

namespace kexec {

extern const Arch arch_arm64;

std::span<const Source> arm64_sources();
Result<Machine> understand_arm64(const Snapshot &snapshot);
Result<Decision> plan_arm64(const Request &request);

} // namespace kexec

namespace kexec::arm64 {

// booting.rst counts from a base on a multiple of this.
inline constexpr std::uint64_t base_step = 2 << 20;
// The same document's ceiling for a device tree.
inline constexpr std::uint64_t largest_tree = 2 << 20;

// The plan for kexec_load(2): every piece placed and built. Survived problems go into `warnings`.
Result<SegmentLoad> plan_segments(const Request &request, std::vector<std::string> &warnings);

} // namespace kexec::arm64
