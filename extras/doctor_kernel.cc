// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel can do, and what it allows: kernel_lockdown(7), Documentation/ABI/testing/
// ima_policy, Documentation/admin-guide/sysctl/kernel.rst.
#include "base/text.h"
#include "extras/doctor_checks.h"
#include "machine/configuration.h"

#include <array>
#include <fmt/core.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

std::string signer_words(const NamedKernel &kernel) {
    const Signature &first = kernel.signatures.front();
    return first.subject.empty() ? "a signature" : fmt::format("a signature by {}", printable(first.subject));
}

// What follows where only signed kernels are taken; `cause` says why that is so.
Judgement only_signed(const DoctorFacts &facts, std::string_view cause) {
    std::string found = fmt::format("{}: only a kernel whose signature the running one trusts is taken, by "
                                    "kexec_file_load",
                                    cause);
    if (!facts.kernel)
        return good(found);
    if (!facts.kernel->by_file_load)
        return broken(fmt::format("{}; that call does not take a kernel of type {}", found,
                                  facts.kernel->format),
                      "name the kernel in the form that the distribution signs");
    if (facts.kernel->signatures.empty())
        return broken(fmt::format("{}; {} has no signature", found, facts.kernel->path),
                      "name a signed kernel, or sign it with a key that the kernel trusts");
    return good(fmt::format("{}; this one has {}, which the kernel will look at", found,
                            signer_words(*facts.kernel)));
}

std::string option_words(std::string_view configuration, std::string_view name) {
    std::string_view value = configured(configuration, name);
    return value.empty() ? fmt::format("CONFIG_{} is not set", name)
                         : fmt::format("CONFIG_{}={}", name, value);
}

bool is_on(std::string_view configuration, std::string_view name) {
    return configured(configuration, name) == "y";
}

} // namespace

MayJudge judge_memory(const DoctorFacts &facts) {
    if (!facts.machine)
        return warning(facts.machine_missing, "run this as root, with /proc and /sys mounted");
    Ranges ram = facts.machine->system_ram;
    return good(fmt::format("{} of RAM, {} of it free for another kernel", size_words(ram.size()),
                            size_words(free_ram(*facts.machine).size())));
}

MayJudge judge_support(const DoctorFacts &facts) {
    if (!facts.loaded && !facts.has_sysfs)
        return not_seen("/sys/kernel cannot be seen", "mount -t sysfs sysfs /sys");
    if (!facts.loaded)
        return broken("this kernel has no kexec: there is no /sys/kernel/kexec_loaded",
                      "boot a kernel that was built with CONFIG_KEXEC or CONFIG_KEXEC_FILE");
    if (is_crash(facts) && !facts.crash_loaded)
        return broken("this kernel takes no crash kernel: there is no /sys/kernel/kexec_crash_loaded",
                      "boot a kernel that was built with CONFIG_CRASH_DUMP");
    return good(is_crash(facts) ? "kernels and crash kernels can be loaded" : "kernels can be loaded");
}

MayJudge judge_configuration(const DoctorFacts &facts) {
    if (!facts.configuration)
        return not_seen("neither /boot/config-* of this kernel nor /proc/config.gz can be read",
                        "install the kernel's configuration beside it");
    const std::string &text = *facts.configuration;
    std::vector<std::string> words;
    for (std::string_view name : {"KEXEC", "KEXEC_FILE", "CRASH_DUMP"})
        if (name != "CRASH_DUMP" || is_crash(facts))
            words.push_back(option_words(text, name));
    std::string found = fmt::format("{}", fmt::join(words, ", "));
    if (!is_on(text, "KEXEC") && !is_on(text, "KEXEC_FILE"))
        return broken(found, "boot a kernel that was built with one of the first two");
    if (is_crash(facts) && !is_on(text, "CRASH_DUMP"))
        return broken(found, "boot a kernel that was built with CONFIG_CRASH_DUMP");
    if (!is_on(text, "KEXEC") && facts.kernel && !facts.kernel->by_file_load)
        return broken(fmt::format("{}: only kexec_file_load is there, and it takes no {}", found,
                                  facts.kernel->format),
                      "name the kernel in another form");
    return good(found);
}

MayJudge judge_load_disabled(const DoctorFacts &facts) {
    auto setting = [&](std::string_view name) -> std::optional<std::int64_t> {
        auto found = facts.settings.find(name);
        return found == facts.settings.end() ? std::nullopt : std::optional(found->second);
    };
    auto disabled = setting("kexec_load_disabled");
    std::string_view limit = is_crash(facts) ? "kexec_load_limit_panic" : "kexec_load_limit_reboot";
    if (disabled.value_or(0) != 0)
        return broken(
            "kernel.kexec_load_disabled is 1: nothing can be loaded or unloaded until the next boot",
            "look for it in /etc/sysctl.conf and /etc/sysctl.d, load before it is set, and boot "
            "again");
    if (setting(limit) == 0)
        return broken(fmt::format("kernel.{} is 0: no kernel can be loaded until the next boot", limit),
                      "boot again; set it to what the services on this machine load");
    if (!disabled)
        return not_seen("/proc/sys/kernel/kexec_load_disabled cannot be read", "mount -t proc proc /proc");
    auto left = setting(limit);
    return good(left.value_or(-1) < 0 ? "kernel.kexec_load_disabled is 0"
                                      : fmt::format("kernel.{} leaves {} loads", limit, *left));
}

MayJudge judge_lockdown(const DoctorFacts &facts) {
    const std::string &lockdown = facts.policy.lockdown;
    if (is_locked_down(facts.policy))
        return only_signed(facts, lockdown);
    if (lockdown == "none")
        return good("none");
    if (facts.configuration && !is_on(*facts.configuration, "SECURITY_LOCKDOWN_LSM"))
        return good("this kernel was built without it");
    return not_seen("/sys/kernel/security/lockdown cannot be read",
                    "mount -t securityfs securityfs /sys/kernel/security");
}

MayJudge judge_secure_boot(const DoctorFacts &facts) {
    if (facts.policy.secure_boot == true) {
        if (facts.policy.lockdown == "none" && facts.policy.signatures_forced == false)
            return good("on, and this kernel demands no signatures all the same");
        return only_signed(facts, "on");
    }
    if (facts.policy.secure_boot == false)
        return good("off");
    if (facts.has_efi == true)
        return not_seen("the variable SecureBoot cannot be read",
                        "mount -t efivarfs efivarfs /sys/firmware/efi/efivars");
    return facts.has_efi == false ? good("the firmware tells of none")
                                  : not_seen("/sys/firmware cannot be seen", "mount -t sysfs sysfs /sys");
}

MayJudge judge_signatures(const DoctorFacts &facts) {
    if (facts.policy.signatures_forced == true)
        return only_signed(facts, "CONFIG_KEXEC_SIG_FORCE=y");
    if (facts.policy.signatures_forced == false)
        return good("CONFIG_KEXEC_SIG_FORCE is not set");
    return not_seen("the configuration of this kernel cannot be read", "");
}

MayJudge judge_ima(const DoctorFacts &facts) {
    if (facts.policy.ima_appraises == true)
        return only_signed(facts, "the policy appraises kernel files (KEXEC_KERNEL_CHECK)");
    if (facts.policy.ima_appraises == false)
        return good("the policy does not appraise kernel files");
    if (facts.configuration && !is_on(*facts.configuration, "IMA_APPRAISE"))
        return good("this kernel was built without it");
    return not_seen("/sys/kernel/security/ima/policy cannot be read, which few kernels allow", "");
}

// Policies that were written before kexec made files in memory deny a load from one.
MayJudge judge_selinux(const DoctorFacts &facts) {
    if (!facts.selinux_enforces)
        return good("not in use");
    if (!*facts.selinux_enforces)
        return good("permissive");
    bool in_memory = false;
    if (facts.kernel && facts.kernel->decision)
        if (const auto *plan = std::get_if<FileLoad>(&facts.kernel->decision->attempts.front().plan))
            in_memory = plan->unpacked != nullptr;
    if (!in_memory)
        return good("enforcing; what it denies is told by ausearch -m avc -c kexec");
    return warning(
        "enforcing, and the unpacked kernel is handed over as a file in memory, which older policies "
        "deny to services",
        "if a load is denied: ausearch -m avc -c kexec; load with -c, or name the unpacked kernel");
}

} // namespace kexec
