// SPDX-License-Identifier: GPL-2.0-or-later
// Where the purgatory prints: --console-serial, --serial, --serial-baud, --console-vga, --reset-vga.
#pragma once

#include "plan/purgatory.h"

namespace kexec::x86_64 {

// Sets the console fields and flags. Cause::bad_usage where an argument means nothing.
Result<void> set_console(PurgatorySettings &told, const Settings &settings);

} // namespace kexec::x86_64
