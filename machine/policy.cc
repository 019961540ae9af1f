// SPDX-License-Identifier: GPL-2.0-or-later
// Where a kernel's policy towards other kernels can be seen: Documentation/ABI/testing/ima_policy, the
// lockdown file of securityfs, EFI's variables (UEFI specification, 3.3), and the configuration it was built
// with.
#include "machine/policy.h"

#include "base/text.h"
#include "machine/configuration.h"

#include <algorithm>

namespace kexec {
namespace {

constexpr std::string_view lockdown_file = "/sys/kernel/security/lockdown";
constexpr std::string_view secure_boot_variable =
    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
constexpr std::string_view secure_ipl_file = "/sys/firmware/ipl/secure";
constexpr std::string_view ima_policy_file = "/sys/kernel/security/ima/policy";

// efivarfs: four bytes of attributes, then the variable, here one byte.
std::optional<bool> read_secure_boot(const Snapshot &snapshot) {
    if (auto variable = snapshot.bytes(secure_boot_variable); variable && variable->size() == 5)
        return (*variable)[4] == std::byte{1};
    auto secure_ipl = snapshot.word(secure_ipl_file);
    if (secure_ipl == "0" || secure_ipl == "1")
        return secure_ipl == "1";
    return std::nullopt;
}

std::optional<bool> read_signatures_forced(const Snapshot &snapshot) {
    auto configuration = running_configuration(snapshot);
    if (!configuration)
        return std::nullopt;
    return configured(*configuration, "KEXEC_SIG_FORCE") == "y";
}

// ima_appraise= on the command line turns enforcement into logging, mending or nothing; the last one counts.
bool enforces_appraisal(std::string_view command_line) {
    bool enforces = true;
    constexpr std::string_view name = "ima_appraise=";
    for (std::string_view word : words_of(command_line))
        if (word.starts_with(name))
            enforces = word.substr(name.size()).starts_with("enforce");
    return enforces;
}

// A rule is "ACTION CONDITION…", in any order of the conditions.
std::optional<bool> read_ima_appraises(const Snapshot &snapshot) {
    auto policy = snapshot.text(ima_policy_file);
    if (!policy)
        return std::nullopt;
    for (std::string_view rule : lines_of(*policy)) {
        auto words = words_of(rule);
        if (!words.empty() && words.front() == "appraise" &&
            std::find(words.begin(), words.end(), "func=KEXEC_KERNEL_CHECK") != words.end())
            return enforces_appraisal(snapshot.text("/proc/cmdline").value_or(""));
    }
    return false;
}

} // namespace

std::span<const Source> policy_sources() {
    static const std::vector<Source> sources = [] {
        std::vector<Source> all = {
            only_for(Need::choice, {lockdown_file, "whether the kernel is locked down", 4096}),
            only_for(Need::choice, {secure_boot_variable, "whether the firmware verified the kernel", 4096}),
            only_for(Need::choice, {secure_ipl_file, "the same on s390x", 4096}),
            only_for(Need::choice, {ima_policy_file, "whether IMA appraises kernel files"}),
        };
        all.insert(all.end(), configuration_sources().begin(), configuration_sources().end());
        return all;
    }();
    return sources;
}

KexecPolicy read_policy(const Snapshot &snapshot) {
    return {.lockdown = chosen_in_brackets(snapshot.word(lockdown_file).value_or("")),
            .secure_boot = read_secure_boot(snapshot),
            .signatures_forced = read_signatures_forced(snapshot),
            .ima_appraises = read_ima_appraises(snapshot)};
}

std::string chosen_in_brackets(std::string_view text) {
    std::size_t open = text.find('['), close = text.find(']');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return {};
    return std::string(text.substr(open + 1, close - open - 1));
}

bool is_locked_down(const KexecPolicy &policy) {
    return !policy.lockdown.empty() && policy.lockdown != "none";
}

std::optional<bool> demands_signatures(const KexecPolicy &policy) {
    if (is_locked_down(policy) || policy.ima_appraises == true || policy.signatures_forced == true)
        return true;
    // A kernel with IMA's policy for secure boot forces signatures without a trace in its configuration's
    // KEXEC_SIG_FORCE.
    bool nothing_hidden =
        policy.lockdown == "none" && policy.signatures_forced == false && policy.secure_boot != true;
    return nothing_hidden ? std::optional(false) : std::nullopt;
}

} // namespace kexec
