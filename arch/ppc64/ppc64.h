// SPDX-License-Identifier: GPL-2.0-or-later
// What the files of this folder have for each other. The outside sees only the table in arch.cc.
#pragma once

#include "arch/arch.h"

namespace kexec {

extern const Arch arch_ppc64;

std::span<const Source> ppc64_sources();
std::span<const Format> ppc64_formats();
Result<Machine> understand_ppc64(const Snapshot &snapshot);
Result<Decision> plan_ppc64(const Request &request);

} // namespace kexec

namespace kexec::ppc64 {

// The plan for kexec_load(2): every piece placed and built. Survived problems go into `warnings`.
Result<SegmentLoad> plan_segments(const Request &request, std::vector<std::string> &warnings);

} // namespace kexec::ppc64
