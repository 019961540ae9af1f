// SPDX-License-Identifier: GPL-2.0-or-later
// What the files of this folder have for each other. The outside sees only the table in arch.cc.
#pragma once

#include "arch/arch.h"

namespace kexec {

extern const Arch arch_x86_64;

std::span<const Source> x86_64_sources();
std::span<const Format> x86_64_formats();
Result<Machine> understand_x86_64(const Snapshot &snapshot);
Result<Decision> plan_x86_64(const Request &request);

} // namespace kexec

namespace kexec::x86_64 {

inline constexpr std::uint64_t page = 4096;

// By which door the new kernel is entered: Documentation/arch/x86/boot.rst has both protocols.
enum class Door { entry_64_bit, entry_32_bit };

// The plan for kexec_load(2): every piece placed and built. Survived problems go into `warnings`.
Result<SegmentLoad> plan_segments(const Request &request, std::vector<std::string> &warnings);

} // namespace kexec::x86_64
