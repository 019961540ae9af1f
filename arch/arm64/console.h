// SPDX-License-Identifier: GPL-2.0-or-later
// Where the purgatory of arm64 prints: --serial.
#pragma once

#include "plan/purgatory.h"

namespace kexec::arm64 {

// Cause::unsupported where the port named is not there, or of a kind that the purgatory does not drive.
Result<void> set_console(PurgatorySettings &told, const Request &request);

} // namespace kexec::arm64
