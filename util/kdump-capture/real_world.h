// SPDX-License-Identifier: GPL-2.0-or-later
// The World of a real machine.
#pragma once

#include "util/kdump-capture/world.h"

namespace kexec::capture {

// `say` writes to the console.
World real_world(std::function<void(std::string_view)> say);

} // namespace kexec::capture
