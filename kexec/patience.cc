// SPDX-License-Identifier: GPL-2.0-or-later
// Which errnos of a kexec call are worth another try.
#include "kexec/patience.h"

#include "kexec/refusal.h"

#include <algorithm>
#include <cerrno>

namespace kexec {
namespace {

bool cpus_are_stuck(World &world) {
    return std::ranges::any_of(world.calls.messages_since_mark(), [](const std::string &message) {
        return message.find(stuck_cpus) != std::string::npos;
    });
}

} // namespace

int call_patiently(World &world, std::uint32_t flags, std::uint32_t debug_flag,
                   const std::function<int(std::uint32_t flags)> &call) {
    unsigned pauses = 0, interruptions = 0;
    world.calls.mark_log();
    for (;;) {
        int number = call(flags);
        if (number == EINTR && interruptions++ < most_interruptions)
            continue;
        // The kernel holds one lock for loads, unloads and crashes, and does not wait for it itself.
        if (number == EBUSY && !cpus_are_stuck(world) && pauses++ < most_pauses) {
            if (pauses == 1)
                warn(world, "another load or unload is in progress; waiting for it");
            world.calls.wait(pause_while_busy);
            continue;
        }
        // KEXEC_FILE_DEBUG is known since Linux 6.7, KEXEC_DEBUG later still; unknown flags are EINVAL.
        if (number == EINVAL && (flags & debug_flag) != 0) {
            flags &= ~debug_flag;
            continue;
        }
        return number;
    }
}

} // namespace kexec
