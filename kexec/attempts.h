// SPDX-License-Identifier: GPL-2.0-or-later
// Acting: the system calls of a decision that was made, one after the other, and those of an unload.
#pragma once

#include "kexec/load.h"
#include "kexec/refusal.h"
#include "kexec/world.h"
#include "plan/plan.h"

namespace kexec {

// Makes the attempts in order, until one succeeds or fails with an errno that ends the trying. The call that
// served: load or file_load. What is hashed of `files` on the way is noted there.
Result<RefusedCall> make_attempts(World &world, const Settings &settings, std::vector<Attempt> &attempts,
                                  std::vector<LoadedFile> &files);

// Unloads, by the call that was asked for. In automatic mode kexec_load follows where kexec_file_load cannot
// do it and kexec_load is not shut.
Result<void> make_unload_calls(World &world, const Settings &settings);

} // namespace kexec
