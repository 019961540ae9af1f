// SPDX-License-Identifier: GPL-2.0-or-later
// What the files of this folder have for each other. The outside sees only the table in arch.cc.
#pragma once

#include "arch/arch.h"

namespace kexec {

extern const Arch arch_s390x;

std::span<const Source> s390x_sources();
Result<Machine> understand_s390x(const Snapshot &snapshot);
Result<Decision> plan_s390x(const Request &request);

} // namespace kexec
