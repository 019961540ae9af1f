// SPDX-License-Identifier: GPL-2.0-or-later
// Which errnos of a kexec call are worth another try.
#include "kexec/patience.h"

#include <cerrno>

namespace kexec {

int call_patiently(World &world, std::uint32_t flags, std::uint32_t debug_flag,
                   const std::function<int(std::uint32_t flags)> &call) {
    unsigned pauses = 0, interruptions = 0;
    for (;;) {
        int number = call(flags);
        if (number == EINTR && interruptions++ < most_interruptions)
            continue;
        // The kernel holds one lock for loads, unloads and crashes, and does not wait for it itself.
        if (number == EBUSY && pauses++ < most_pauses) {
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
