// SPDX-License-Identifier: GPL-2.0-or-later
// Bits of arm64's system registers that assembly and C++ need (Arm ARM, D19.2). Nothing but macros.
#pragma once

#define CURRENT_EL_2 (2 << 2)

#define SCTLR_M (1 << 0)    // MMU
#define SCTLR_C (1 << 2)    // data caches
#define SCTLR_I (1 << 12)   // instruction cache
#define SCTLR_WXN (1 << 19) // what is writable is not executable
#define SCTLR_EE (1 << 25)  // data is big-endian
