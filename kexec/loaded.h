// SPDX-License-Identifier: GPL-2.0-or-later
// The answer to --loaded: what was loaded by this program, whether the kernel's own flag still agrees, and
// that more cannot be known.
#pragma once

#include "kexec/world.h"

namespace kexec {

// For people, or as one object of JSON (the man page has its members, under --json).
std::string loaded_text(const World &world);
std::string loaded_json(const World &world);

} // namespace kexec
