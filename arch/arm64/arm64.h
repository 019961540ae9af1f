// SPDX-License-Identifier: GPL-2.0-or-later
// The table of arm64; see arch/arch.h for what it still lacks.
#pragma once

#include "arch/arch.h"

namespace kexec {

extern const Arch arch_arm64;

} // namespace kexec
