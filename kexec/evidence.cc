// SPDX-License-Identifier: GPL-2.0-or-later
// Gathering what there is to be seen when the kernel has refused.
#include "kexec/evidence.h"

#include "kexec/kernel_log.h"

#include <fmt/core.h>

namespace kexec {
namespace {

std::string_view either(std::optional<bool> fact, std::string_view if_true, std::string_view if_false) {
    if (!fact)
        return "not known";
    return *fact ? if_true : if_false;
}

KexecPolicy look_at_policy(const World &world) {
    std::vector<Source> sources(policy_sources().begin(), policy_sources().end());
    sources.push_back({"/proc/cmdline", "how IMA was told to enforce its policy"});
    return read_policy(take_snapshot(sources, world.root));
}

} // namespace

Evidence look_for_permission(World &world) {
    return {.may_reboot = world.calls.may_reboot(), .kernel = look_at_kernel(world.root)};
}

Evidence look_for_evidence(World &world) {
    Evidence evidence = look_for_permission(world);
    evidence.policy = look_at_policy(world);
    evidence.log = about_kexec(world.calls.messages_since_mark());
    return evidence;
}

std::string summary_of(const KexecPolicy &policy) {
    return fmt::format("found: lockdown {}, secure boot {}, signatures {} (CONFIG_KEXEC_SIG_FORCE), "
                       "appraisal by IMA {}",
                       policy.lockdown.empty() ? "not known" : policy.lockdown,
                       either(policy.secure_boot, "on", "off"),
                       either(policy.signatures_forced, "forced", "not forced"),
                       either(policy.ima_appraises, "on", "off"));
}

} // namespace kexec
