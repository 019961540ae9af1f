// SPDX-License-Identifier: GPL-2.0-or-later
// The table of s390x; see arch/arch.h for what it still lacks.
#pragma once

#include "arch/arch.h"

namespace kexec {

extern const Arch arch_s390x;

} // namespace kexec
