// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel says about kexec (kexec_state_sources). Readable for everybody, on every
// architecture, without a system call of kexec's.
#pragma once

#include "machine/machine.h"

#include <string>

namespace kexec {

struct KernelState {
    std::optional<unsigned> loaded;          // 0 or 1
    std::optional<unsigned> crash_loaded;    // 0 or 1
    std::optional<std::uint64_t> crash_size; // bytes reserved for a crash kernel
    std::optional<unsigned> load_disabled;
    // Loads that are still allowed (kernel.kexec_load_limit_reboot and _panic); nothing: no limit
    std::optional<std::uint64_t> reboot_loads_left, panic_loads_left;
    bool has_sysfs; // /sys/kernel can be seen, so what is missing there does not exist
};

// A snapshot without the files of a crash kernel leaves what they say "not known".
KernelState understand_kernel(const Snapshot &snapshot);
// The same, read fresh. `root` stands in front of every path; "" is this machine.
KernelState look_at_kernel(const std::string &root);

} // namespace kexec
