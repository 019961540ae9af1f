// SPDX-License-Identifier: GPL-2.0-or-later
// The table of refusals. The errnos are those of kernel/kexec.c, kernel/kexec_file.c, kernel/kexec_core.c and
// the architectures' code behind them; kexec_load(2) documents some.
#include "kexec/refusal.h"

#include "plan/choice.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/core.h>

namespace kexec {

std::string_view name_of(RefusedCall call) {
    switch (call) {
    case RefusedCall::load:
    case RefusedCall::unload: return "kexec_load";
    case RefusedCall::file_load:
    case RefusedCall::file_unload: return "kexec_file_load";
    case RefusedCall::reboot: return "reboot";
    }
    return "";
}

namespace {

enum Calls : unsigned {
    by_load = 1,
    by_file = 2,
    by_unload = 4,
    by_file_unload = 8,
    by_reboot = 16,
    by_loads = by_load | by_file,
    by_unloads = by_unload | by_file_unload,
    by_all = by_loads | by_unloads | by_reboot,
};

Calls bit_of(RefusedCall call) {
    switch (call) {
    case RefusedCall::load: return by_load;
    case RefusedCall::file_load: return by_file;
    case RefusedCall::unload: return by_unload;
    case RefusedCall::file_unload: return by_file_unload;
    case RefusedCall::reboot: return by_reboot;
    }
    return by_all;
}

std::string_view failed(RefusedCall call) {
    switch (call) {
    case RefusedCall::load: return "kexec_load failed";
    case RefusedCall::file_load: return "kexec_file_load failed";
    case RefusedCall::unload: return "kexec unload failed";
    case RefusedCall::file_unload: return "kexec_file_load(unload) failed";
    case RefusedCall::reboot: return "kexec failed";
    }
    return "kexec failed";
}

using Applies = bool (*)(const Refusal &, const Evidence &);

bool always(const Refusal &, const Evidence &) { return true; }
bool lacks_capability(const Refusal &, const Evidence &evidence) { return !evidence.may_reboot; }
bool is_disabled(const Refusal &, const Evidence &evidence) { return evidence.kernel.load_disabled == 1U; }
bool limit_is_used_up(const Refusal &refusal, const Evidence &evidence) {
    const KernelState &kernel = evidence.kernel;
    return (refusal.purpose == Purpose::crash ? kernel.panic_loads_left : kernel.reboot_loads_left) == 0U;
}
bool locked_down(const Refusal &, const Evidence &evidence) { return is_locked_down(evidence.policy); }
bool may_be_locked_down(const Refusal &, const Evidence &evidence) {
    return evidence.policy.lockdown.empty() && evidence.policy.secure_boot == true;
}
bool ima_appraises(const Refusal &, const Evidence &evidence) {
    return evidence.policy.ima_appraises == true;
}
bool log_says(const Evidence &evidence, std::string_view words) {
    return std::ranges::any_of(evidence.log, [&](const std::string &message) {
        return message.find(words) != std::string::npos;
    });
}
// security/integrity/ima/ima_main.c, of kexec_load
bool ima_wants_a_file(const Refusal &, const Evidence &evidence) {
    return log_says(evidence, "impossible to appraise a kernel image without a file descriptor");
}
// crypto/asymmetric_keys/verify_pefile.c
bool log_says_unsigned(const Refusal &, const Evidence &evidence) {
    return log_says(evidence, "Unsigned PE binary");
}
// arch/arm64/kernel/machine_kexec.c: CPUs without a method to stop them, or that never came up whole
bool cpus_are_stuck(const Refusal &, const Evidence &evidence) { return log_says(evidence, stuck_cpus); }
bool nothing_is_reserved(const Refusal &refusal, const Evidence &evidence) {
    return refusal.purpose == Purpose::crash && evidence.kernel.crash_size == 0U;
}
bool is_crash(const Refusal &refusal, const Evidence &) { return refusal.purpose == Purpose::crash; }
bool nothing_loaded(const Refusal &, const Evidence &evidence) { return evidence.kernel.loaded == 0U; }
bool is_loaded(const Refusal &, const Evidence &evidence) { return evidence.kernel.loaded == 1U; }

constexpr std::string_view no_reservation =
    "no memory is reserved for a crash kernel (/sys/kernel/kexec_crash_size is 0)";
constexpr std::string_view reserve_memory = "boot with crashkernel=256M, then load again";

struct Row {
    unsigned calls;
    int number;
    Applies applies; // is there evidence for this cause?
    std::string_view cause;
    std::string_view remedy;
};

// The first row that fits is the answer, so rows with evidence stand before the general ones.
constexpr Row rows[] = {
    {by_all, EPERM, lacks_capability, "this process does not have the capability CAP_SYS_BOOT",
     "run kexec as root, outside of containers"},
    {by_all, EPERM, is_disabled, "/proc/sys/kernel/kexec_load_disabled is 1, which holds until the next boot",
     "reboot, and keep the setting from being made (sysctl kernel.kexec_load_disabled)"},
    {by_loads, EPERM, limit_is_used_up,
     "no load is left of those that /proc/sys/kernel/kexec_load_limit_reboot and _panic allow", "reboot"},
    {by_load | by_unload, EPERM, locked_down,
     "the kernel is locked down (/sys/kernel/security/lockdown) and takes only kernels that it can verify "
     "itself",
     "use kexec_file_load (-s) with a signed kernel"},
    {by_file, EPERM, locked_down,
     "the kernel is locked down (/sys/kernel/security/lockdown) and did not find a signature that it trusts",
     "use a kernel signed with a key that this machine trusts"},
    {by_load | by_unload, EPERM, may_be_locked_down,
     "secure boot is on, and the kernel seems to be locked down, which /sys/kernel/security/lockdown does "
     "not "
     "show",
     "use kexec_file_load (-s) with a signed kernel"},
    {by_file, EPERM, may_be_locked_down,
     "secure boot is on, and the kernel seems to be locked down, and did not find a signature that it trusts",
     "use a kernel signed with a key that this machine trusts"},
    {by_all, EPERM, always,
     "the kernel's security policy (lockdown, IMA, a security module) does not allow it",
     "look at the last lines of dmesg"},
    {by_load | by_unload, EACCES, ima_wants_a_file,
     "IMA takes kernels from files only, so that it can appraise them",
     "use kexec_file_load (-s) with a signed kernel"},
    {by_load | by_unload, EACCES, ima_appraises,
     "IMA appraises kernel files (/sys/kernel/security/ima/policy), and kexec_load brings none",
     "use kexec_file_load (-s) with a signed kernel"},
    {by_file, EACCES, ima_appraises,
     "IMA appraises kernel files (/sys/kernel/security/ima/policy), and this one or its initial ramdisk does "
     "not pass",
     "sign the file for IMA (evmctl ima_sign) with a key that this machine trusts; getfattr -m security.ima "
     "shows what it has"},
    {by_all, EACCES, always, "the kernel's security policy (IMA, a security module) does not allow it",
     "look at the last lines of dmesg"},
    {by_file | by_file_unload, ENOSYS, always,
     "the running kernel has no kexec_file_load (CONFIG_KEXEC_FILE)", "use kexec_load (-c)"},
    {by_load | by_unload, ENOSYS, always, "the running kernel has no kexec_load (CONFIG_KEXEC)",
     "use kexec_file_load (-s), or boot a kernel that has it"},
    {by_reboot, ENOSYS, always, "the running kernel has no kexec", "boot a kernel built with CONFIG_KEXEC"},
    {by_reboot, EINVAL, nothing_loaded, "no kernel is loaded (/sys/kernel/kexec_loaded is 0)",
     "load one with kexec -l"},
    // kernel/pid_namespace.c: reboot(2) knows no kexec outside of the first PID namespace.
    {by_reboot, EINVAL, is_loaded,
     "a kernel is loaded, but it cannot be started from inside a PID namespace (a container)",
     "run kexec -e outside of the container"},
    {by_reboot, EINVAL, always, "no kernel is loaded, or the running kernel has no kexec",
     "load one with kexec -l"},
    {by_loads, EADDRNOTAVAIL, nothing_is_reserved, no_reservation, reserve_memory},
    {by_loads, ENOMEM, nothing_is_reserved, no_reservation, reserve_memory},
    {by_loads, EINVAL, nothing_is_reserved, no_reservation, reserve_memory},
    {by_loads, EADDRNOTAVAIL, is_crash,
     "a segment lies outside of the memory reserved for the crash kernel, or that memory is too small",
     "compare the segments (kexec -d) with the \"Crash kernel\" lines of /proc/iomem; reserve more with "
     "crashkernel="},
    {by_loads, EADDRNOTAVAIL, always, "no fitting memory is available at the addresses that the kernel needs",
     "compare the segments (kexec -d) with /proc/iomem"},
    {by_loads, ENOMEM, is_crash, "the memory reserved for the crash kernel is too small, or none is left",
     "reserve more with crashkernel=, or use a smaller initial ramdisk"},
    {by_loads, ENOMEM, always, "there is not enough free memory for the kernel and its initial ramdisk",
     "free some memory, or use a smaller initial ramdisk"},
    {by_loads, EBUSY, cpus_are_stuck,
     "the other CPUs of this machine cannot be stopped, so no kernel can be started from this one",
     "boot with maxcpus=1 or nr_cpus=1, or use firmware that starts CPUs by PSCI; a crash kernel (-p) can be "
     "loaded"},
    {by_all, EBUSY, always, "another load, unload or crash is in progress", "try again when it has ended"},
    {by_file, ENODATA, log_says_unsigned, "the kernel file has no signature, and this machine asks for one",
     "use a signed kernel, or kexec_load (-c) if the machine is not locked down"},
    {by_file, EKEYREJECTED, always,
     "the kernel file's signature is of no key that this machine trusts, or is wrong",
     "sign the kernel with a trusted key, or use kexec_load (-c) if the machine is not locked down"},
    {by_file, ENOKEY, always, "the key that signed the kernel file is not on any of this machine's keyrings",
     "enrol the key, or use kexec_load (-c) if the machine is not locked down"},
    {by_file, ENODATA, always, "the kernel file has no signature, and this machine asks for one",
     "use a signed kernel, or kexec_load (-c) if the machine is not locked down"},
    {by_file, EBADMSG, always, "the kernel file's signature is damaged or does not belong to it",
     "copy the kernel again, or use another"},
    {by_file, ELIBBAD, always, "the kernel file's signature cannot be parsed",
     "copy the kernel again, or use another"},
    {by_file, ENOPKG, always,
     "the kernel file's signature uses an algorithm that the running kernel does not have",
     "sign the kernel with another algorithm, or use kexec_load (-c) if the machine is not locked down"},
    {by_file, ENOEXEC, always, "the running kernel does not know this kind of kernel file",
     "use kexec_load (-c), or another kernel file"},
    {by_file, EOPNOTSUPP, always,
     "the running kernel cannot load this kind of kernel file by kexec_file_load", "use kexec_load (-c)"},
    {by_file, EINVAL, always,
     "the running kernel does not accept this kernel file, its command line's length, or one of the flags",
     "use kexec_load (-c); look at the last lines of dmesg"},
    {by_load, EINVAL, is_crash,
     "the running kernel does not accept the segments or flags, or no memory is reserved for a crash kernel",
     "compare the segments (kexec -d) with the \"Crash kernel\" lines of /proc/iomem"},
    {by_load, EINVAL, always, "the running kernel does not accept the segments or one of the flags",
     "run it again with -d and report what it prints"},
    {by_file, EFBIG, always, "the kernel or the initial ramdisk is larger than the running kernel takes",
     "use smaller files, or kexec_load (-c)"},
    {by_loads, ETXTBSY, always, "a CPU of this machine cannot be stopped, or the file is open for writing",
     "look at the last lines of dmesg"},
};

} // namespace

namespace {

bool fits(const Row &row, const Refusal &refusal, const Evidence &evidence) {
    return (row.calls & bit_of(refusal.call)) != 0 && row.number == refusal.number &&
           row.applies(refusal, evidence);
}

// The rows that fit: those with evidence if there are any, else the first of the general ones.
std::vector<const Row *> causes_of(const Refusal &refusal, const Evidence &evidence) {
    std::vector<const Row *> causes;
    for (const Row &row : rows)
        if (fits(row, refusal, evidence) && (row.applies != always || causes.empty()))
            causes.push_back(&row);
    return causes;
}

// Facts that tell nothing of themselves, but something together with the errno.
std::vector<std::string> facts_about(const Refusal &refusal, const Evidence &evidence) {
    std::vector<std::string> facts;
    bool is_load = (by_loads & bit_of(refusal.call)) != 0;
    if (refusal.call != RefusedCall::reboot && meaning_of(refusal.number) == Meaning::not_trusted)
        facts.push_back(summary_of(evidence.policy));
    bool about_room = refusal.number == ENOMEM || refusal.number == EADDRNOTAVAIL;
    if (is_load && about_room && refusal.purpose == Purpose::crash && evidence.kernel.crash_size)
        facts.push_back(
            fmt::format("found: {} MiB are reserved for a crash kernel (/sys/kernel/kexec_crash_size)",
                        *evidence.kernel.crash_size >> 20));
    return facts;
}

} // namespace

Error explain_refusal(const Refusal &refusal, const Evidence &evidence) {
    bool is_load = (by_loads & bit_of(refusal.call)) != 0;
    bool has_no_file_unload = refusal.call == RefusedCall::file_unload && refusal.number == ENOSYS;
    Error error{is_load || has_no_file_unload ? Cause::system_call : Cause::other,
                fmt::format("{}: {}", failed(refusal.call), std::strerror(refusal.number)),
                "look at the last lines of dmesg", refusal.number, facts_about(refusal, evidence)};
    std::vector<const Row *> causes = causes_of(refusal, evidence);
    if (!causes.empty()) {
        error.what += fmt::format(": {}", causes.front()->cause);
        error.remedy = causes.front()->remedy;
    }
    for (std::size_t i = 1; i < causes.size(); i++)
        error.details.push_back(fmt::format("or else: {} ({})", causes[i]->cause, causes[i]->remedy));
    for (const std::string &message : evidence.log)
        error.details.push_back("the kernel's log: " + message);
    return error;
}

Error kernel_has_no_kexec() {
    return {Cause::other,
            "the running kernel has no kexec: there is no /sys/kernel/kexec_loaded",
            "boot a kernel built with CONFIG_KEXEC or CONFIG_KEXEC_FILE",
            ENOSYS,
            {}};
}

} // namespace kexec
