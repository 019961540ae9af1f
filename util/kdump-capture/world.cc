// SPDX-License-Identifier: GPL-2.0-or-later
// A console that a kernel writes to as well has lines that begin anywhere: ours name the program.
#include "util/kdump-capture/world.h"

#include <fmt/core.h>

namespace kexec::capture {

void tell(const World &world, std::string_view sentence) {
    world.say(fmt::format("kdump-capture: {}\n", sentence));
}

void tell(const World &world, const Error &error) { world.say(complaint("kdump-capture", error)); }

} // namespace kexec::capture
