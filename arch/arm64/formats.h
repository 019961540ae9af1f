// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel files that arm64 loads, and what they may be wrapped in.
#pragma once

#include "image/image.h"

#include <span>

namespace kexec {

// In probe order, under the names that -t takes.
std::span<const Format> arm64_formats();

} // namespace kexec
