// SPDX-License-Identifier: GPL-2.0-or-later
#include "kexec/turn.h"

#include "base/new_file.h"
#include "kexec/patience.h"
#include "kexec/record.h"

#include <fmt/core.h>

namespace kexec {

Descriptor take_turn(World &world) {
    constexpr auto longest = std::chrono::duration_cast<std::chrono::seconds>(pause_while_busy * most_pauses);
    auto directory = open_private_directory(records_directory(world.root));
    if (!directory)
        return {};
    for (unsigned pauses = 0; !try_lock(*directory); pauses++) {
        if (pauses == most_pauses) {
            warn(world, fmt::format("it is still in progress after {} seconds; going on without a wait",
                                    longest.count()));
            break;
        }
        if (pauses == 0)
            warn(world, "another load or unload is in progress; waiting for it");
        world.calls.wait(pause_while_busy);
    }
    return *std::move(directory);
}

} // namespace kexec
