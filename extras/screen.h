// SPDX-License-Identifier: GPL-2.0-or-later
// What the new kernel will find of a screen. Firmware sets one up once; whoever comes later is told of it,
// and it may not be what it was.
#pragma once

#include "machine/machine.h"

#include <string>

namespace kexec {

// A sentence part.
std::string screen_expectation(const Machine &machine);

} // namespace kexec
