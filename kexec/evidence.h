// SPDX-License-Identifier: GPL-2.0-or-later
// What is found on the machine after a call failed, to tell likely causes from unlikely ones.
#pragma once

#include "kexec/kernel_state.h"
#include "kexec/world.h"
#include "machine/policy.h"

#include <string>
#include <vector>

namespace kexec {

struct Evidence {
    bool may_reboot; // CAP_SYS_BOOT
    KernelState kernel;
    KexecPolicy policy = {};
    std::vector<std::string> log = {}; // what the kernel said of it meanwhile (about_kexec)
};

// The files that look_for_evidence() reads besides kexec_state_sources() are policy_sources().
Evidence look_for_evidence(World &world);

// The part of it that decides whether a call can be allowed at all, which takes less time.
Evidence look_for_permission(World &world);

// The policy in a line: "found: lockdown none, secure boot off, …".
std::string summary_of(const KexecPolicy &policy);

} // namespace kexec
