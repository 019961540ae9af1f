// SPDX-License-Identifier: GPL-2.0-or-later
// The checks that doctor.cc lists, by what they are about, and what they share.
#pragma once

#include "extras/doctor.h"

namespace kexec {

using MayJudge = std::optional<Judgement>;

inline Judgement good(std::string found) { return {Verdict::good, std::move(found)}; }
inline Judgement not_seen(std::string found, std::string remedy) {
    return {Verdict::unknown, std::move(found), std::move(remedy)};
}
inline Judgement warning(std::string found, std::string remedy) {
    return {Verdict::warning, std::move(found), std::move(remedy)};
}
inline Judgement broken(std::string found, std::string remedy) {
    return {Verdict::broken, std::move(found), std::move(remedy)};
}

// Several rules about one thing: the worst verdict counts, and each that is broken is told.
class Rules {
public:
    void add(Judgement judgement) { broken_.push_back(std::move(judgement)); }
    // All that was added in one; `otherwise` where that is nothing.
    Judgement together(std::string otherwise) const;

private:
    std::vector<Judgement> broken_;
};

// "57.5 MiB", "16 KiB": rounded.
std::string size_words(std::uint64_t bytes);
bool is_crash(const DoctorFacts &facts);

// doctor_kernel.cc: what the running kernel can do and allows.
MayJudge judge_support(const DoctorFacts &facts);
MayJudge judge_configuration(const DoctorFacts &facts);
MayJudge judge_load_disabled(const DoctorFacts &facts);
MayJudge judge_lockdown(const DoctorFacts &facts);
MayJudge judge_secure_boot(const DoctorFacts &facts);
MayJudge judge_signatures(const DoctorFacts &facts);
MayJudge judge_ima(const DoctorFacts &facts);
MayJudge judge_selinux(const DoctorFacts &facts);
MayJudge judge_memory(const DoctorFacts &facts);

// doctor_reservation.cc: the memory of a crash kernel.
MayJudge judge_mode(const DoctorFacts &facts);
MayJudge judge_reservation(const DoctorFacts &facts);
MayJudge judge_size(const DoctorFacts &facts);
MayJudge judge_low_memory(const DoctorFacts &facts);

// doctor_load.cc: the kernel that is named, and the one that is loaded.
MayJudge judge_kernel(const DoctorFacts &facts);
MayJudge judge_kernel_configuration(const DoctorFacts &facts);
MayJudge judge_initrd(const DoctorFacts &facts);
MayJudge judge_versions(const DoctorFacts &facts);
MayJudge judge_plan(const DoctorFacts &facts);
MayJudge judge_loaded(const DoctorFacts &facts);

// doctor_line.cc: the command line that it gets.
MayJudge judge_command_line(const DoctorFacts &facts);
MayJudge judge_console(const DoctorFacts &facts);

// doctor_crash.cc: what happens around a crash.
MayJudge judge_watchdog(const DoctorFacts &facts);
MayJudge judge_panic_on_oops(const DoctorFacts &facts);
MayJudge judge_sysrq(const DoctorFacts &facts);
MayJudge judge_panic_timeout(const DoctorFacts &facts);
MayJudge judge_target(const DoctorFacts &facts);

} // namespace kexec
