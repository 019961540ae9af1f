// SPDX-License-Identifier: GPL-2.0-or-later
// The table of checks, and going through it.
#include "extras/doctor.h"

#include "extras/doctor_checks.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::array checks = {
    Check{"memory", "memory map", Scope::always, judge_memory},
    Check{"kexec", "kexec support", Scope::always, judge_support},
    Check{"configuration", "kernel configuration", Scope::always, judge_configuration},
    Check{"load-disabled", "loading allowed", Scope::always, judge_load_disabled},
    Check{"lockdown", "lockdown", Scope::always, judge_lockdown},
    Check{"secure-boot", "secure boot", Scope::always, judge_secure_boot},
    Check{"signatures", "forced signatures", Scope::always, judge_signatures},
    Check{"ima", "IMA appraisal", Scope::always, judge_ima},
    Check{"selinux", "SELinux", Scope::always, judge_selinux},
    Check{"mode", "kdump or fadump", Scope::crash, judge_mode},
    Check{"reservation", "reservation", Scope::crash, judge_reservation},
    Check{"reservation-size", "reservation size", Scope::crash, judge_size},
    Check{"low-memory", "low memory", Scope::crash, judge_low_memory},
    Check{"kernel", "kernel file", Scope::always, judge_kernel},
    Check{"kernel-configuration", "config of that file", Scope::always, judge_kernel_configuration},
    Check{"initrd", "initial ramdisk", Scope::always, judge_initrd},
    Check{"versions", "versions", Scope::always, judge_versions},
    Check{"command-line", "command line", Scope::always, judge_command_line},
    Check{"console", "console", Scope::always, judge_console},
    Check{"plan", "load", Scope::always, judge_plan},
    Check{"loaded", "loaded kernel", Scope::always, judge_loaded},
    Check{"watchdog", "watchdogs", Scope::crash, judge_watchdog},
    Check{"panic-on-oops", "panic on oops", Scope::crash, judge_panic_on_oops},
    Check{"sysrq", "sysrq", Scope::crash, judge_sysrq},
    Check{"panic-timeout", "panic timeout", Scope::crash, judge_panic_timeout},
    Check{"target", "dump target", Scope::crash, judge_target},
};

bool is_made(const Check &check, Purpose purpose) {
    return check.scope == Scope::always || (check.scope == Scope::crash) == (purpose == Purpose::crash);
}

std::string joined(std::string text, std::string_view more) {
    if (more.empty() || text.find(more) != npos)
        return text;
    return text.empty() ? std::string(more) : text + "; " + std::string(more);
}

} // namespace

std::string_view name_of(Verdict verdict) {
    constexpr std::array<std::string_view, 4> names = {"good", "not seen", "warning", "broken"};
    return names[static_cast<std::size_t>(verdict)];
}

Judgement Rules::together(std::string otherwise) const {
    if (broken_.empty())
        return good(std::move(otherwise));
    Judgement all{Verdict::good, {}};
    for (const Judgement &each : broken_) {
        all.verdict = std::max(all.verdict, each.verdict);
        all.found = joined(std::move(all.found), each.found);
        all.remedy = joined(std::move(all.remedy), each.remedy);
    }
    return all;
}

std::string size_words(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 5> units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    std::uint64_t whole = bytes, tenths = 0;
    while (whole >= 1024 && unit + 1 < units.size()) {
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit++;
    }
    return tenths == 0 ? fmt::format("{} {}", whole, units[unit])
                       : fmt::format("{}.{} {}", whole, tenths, units[unit]);
}

bool is_crash(const DoctorFacts &facts) { return facts.purpose == Purpose::crash; }

std::span<const Check> doctor_checks() { return checks; }

Verdict Diagnosis::worst() const {
    Verdict worst = Verdict::good;
    for (const Finding &finding : findings)
        if (finding.judgement.verdict != Verdict::unknown)
            worst = std::max(worst, finding.judgement.verdict);
    return worst;
}

Diagnosis diagnose(const DoctorFacts &facts) {
    Diagnosis diagnosis{
        .machine = facts.arch, .release = facts.release, .purpose = facts.purpose, .findings = {}};
    for (const Check &check : checks)
        if (is_made(check, facts.purpose))
            if (auto judgement = check.judge(facts))
                diagnosis.findings.push_back({&check, *std::move(judgement)});
    return diagnosis;
}

} // namespace kexec
