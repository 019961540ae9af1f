// SPDX-License-Identifier: GPL-2.0-or-later
// Loading the old crash kernel again. The kernel drops the crash kernel that is loaded before it accepts
// another (kernel/kexec.c, kernel/kexec_file.c: both lie in the same reserved memory), so after a refusal
// none is there.
#pragma once

#include "base/result.h"
#include "kexec/world.h"

namespace kexec {

// Where the old crash kernel is recorded and its files are what they were, loads it again. The error with
// what came of it: whether a crash kernel is armed now, and which.
Error rearm(World &world, Error refused);

} // namespace kexec
