// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel says about kexec, read fresh each time it is asked. Readable for everybody, on
// every architecture, without a system call of kexec's.
#pragma once

#include "machine/machine.h"

#include <span>
#include <string>

namespace kexec {

// The files that are looked at: /sys/kernel/kexec_* and their newer names below /sys/kernel/kexec
// (Linux 6.19), and the sysctls.
std::span<const Source> kernel_state_sources();

struct KernelState {
    std::optional<unsigned> loaded;          // 0 or 1
    std::optional<unsigned> crash_loaded;    // 0 or 1
    std::optional<std::uint64_t> crash_size; // bytes reserved for a crash kernel
    std::optional<unsigned> load_disabled;
    // Loads that are still allowed (kernel.kexec_load_limit_reboot and _panic); nothing: no limit
    std::optional<std::uint64_t> reboot_loads_left, panic_loads_left;
    bool has_sysfs; // /sys/kernel can be seen, so what is missing there does not exist
};

// `root` stands in front of every path; "" is this machine.
KernelState look_at_kernel(const std::string &root);

} // namespace kexec
