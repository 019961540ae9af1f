// SPDX-License-Identifier: GPL-2.0-or-later
// What is said about each errno, and that evidence found on the machine decides between causes.
#include "kexec/refusal.h"

#include "tests/catch.h"

#include <algorithm>
#include <cerrno>

using namespace kexec;

namespace {

Evidence healthy() {
    Evidence evidence{};
    evidence.may_reboot = true;
    evidence.kernel.loaded = 0;
    evidence.kernel.load_disabled = 0;
    evidence.policy.lockdown = "none";
    evidence.kernel.has_sysfs = true;
    return evidence;
}

Error explained(RefusedCall call, int number, const Evidence &evidence, Purpose purpose = Purpose::reboot) {
    return explain_refusal({call, number, purpose}, evidence);
}

bool mentions(const Error &error, std::string_view text) {
    return error.what.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("the first words are those that scripts look for") {
    CHECK(explained(RefusedCall::load, EINVAL, healthy())
              .what.starts_with("kexec_load failed: Invalid argument"));
    CHECK(explained(RefusedCall::file_load, ENOSYS, healthy())
              .what.starts_with("kexec_file_load failed: Function not implemented"));
    CHECK(explained(RefusedCall::unload, EBUSY, healthy()).what.starts_with("kexec unload failed: "));
    CHECK(explained(RefusedCall::file_unload, EBUSY, healthy())
              .what.starts_with("kexec_file_load(unload) failed: "));
    CHECK(explained(RefusedCall::reboot, EPERM, healthy()).what.starts_with("kexec failed: "));
}

TEST_CASE("a reboot refused with EINVAL is explained by whether a kernel is loaded") {
    Evidence evidence = healthy();
    CHECK(mentions(explained(RefusedCall::reboot, EINVAL, evidence), "no kernel is loaded (/sys"));
    evidence.kernel.loaded = 1;
    CHECK(mentions(explained(RefusedCall::reboot, EINVAL, evidence), "PID namespace"));
    evidence.kernel.loaded.reset();
    CHECK(mentions(explained(RefusedCall::reboot, EINVAL, evidence), "no kernel is loaded, or"));
}

TEST_CASE("EPERM is explained by what is found on the machine") {
    Evidence evidence = healthy();
    CHECK(mentions(explained(RefusedCall::load, EPERM, evidence), "security policy"));
    evidence.policy.lockdown = "integrity";
    CHECK(mentions(explained(RefusedCall::load, EPERM, evidence), "locked down"));
    CHECK(explained(RefusedCall::load, EPERM, evidence).remedy.find("-s") != std::string::npos);
    CHECK(mentions(explained(RefusedCall::file_load, EPERM, evidence), "signature"));
    evidence.kernel.reboot_loads_left = 0;
    CHECK(mentions(explained(RefusedCall::load, EPERM, evidence), "kexec_load_limit"));
    CHECK_FALSE(mentions(explained(RefusedCall::load, EPERM, evidence, Purpose::crash), "kexec_load_limit"));
    evidence.kernel.load_disabled = 1;
    CHECK(mentions(explained(RefusedCall::load, EPERM, evidence), "kexec_load_disabled is 1"));
    evidence.may_reboot = false;
    CHECK(mentions(explained(RefusedCall::load, EPERM, evidence), "CAP_SYS_BOOT"));
}

TEST_CASE("what was found stands behind a refusal for want of trust") {
    Evidence evidence = healthy();
    evidence.policy = {
        .lockdown = "none", .secure_boot = true, .signatures_forced = {}, .ima_appraises = false};
    evidence.log = {"PEFILE: Unsigned PE binary"};
    Error error = explained(RefusedCall::file_load, ENODATA, evidence);
    CHECK(error.details ==
          std::vector<std::string>{"found: lockdown none, secure boot on, signatures not known "
                                   "(CONFIG_KEXEC_SIG_FORCE), appraisal by IMA off",
                                   "the kernel's log: PEFILE: Unsigned PE binary"});
    CHECK(explained(RefusedCall::file_load, EFBIG, healthy()).details.empty());
}

TEST_CASE("several causes with evidence are all named, the likeliest first") {
    Evidence evidence = healthy();
    evidence.kernel.load_disabled = 1;
    evidence.policy.lockdown = "integrity";
    Error error = explained(RefusedCall::load, EPERM, evidence);
    CHECK(mentions(error, "kexec_load_disabled is 1"));
    REQUIRE_FALSE(error.details.empty());
    CHECK(error.details.back().starts_with("or else: the kernel is locked down"));
}

TEST_CASE("IMA is named by its policy or by its message") {
    Evidence evidence = healthy();
    CHECK(mentions(explained(RefusedCall::load, EACCES, evidence), "a security module) does not allow it"));
    evidence.log = {"ima: impossible to appraise a kernel image without a file descriptor; try using "
                    "kexec_file_load syscall."};
    CHECK(mentions(explained(RefusedCall::load, EACCES, evidence), "IMA takes kernels from files only"));
    evidence.log.clear();
    evidence.policy.ima_appraises = true;
    CHECK(mentions(explained(RefusedCall::load, EACCES, evidence), "kexec_load brings none"));
    CHECK(mentions(explained(RefusedCall::file_load, EACCES, evidence), "does not pass"));
}

TEST_CASE("CPUs that cannot be stopped are told from a load in progress by the kernel's message") {
    Evidence evidence = healthy();
    CHECK(mentions(explained(RefusedCall::load, EBUSY, evidence), "in progress"));
    evidence.log = {"kexec: Can't kexec: CPUs are stuck in the kernel."};
    for (RefusedCall call : {RefusedCall::load, RefusedCall::file_load})
        CHECK(mentions(explained(call, EBUSY, evidence), "CPUs of this machine cannot be stopped"));
}

TEST_CASE("a lockdown that secure boot only hints at is named as such") {
    Evidence evidence = healthy();
    evidence.policy = {.lockdown = "", .secure_boot = true, .signatures_forced = {}, .ima_appraises = {}};
    CHECK(mentions(explained(RefusedCall::load, EPERM, evidence), "seems to be locked down"));
    CHECK(mentions(explained(RefusedCall::file_load, EPERM, evidence), "seems to be locked down"));
}

TEST_CASE("a missing reservation is told from a small one, whose size is named") {
    Evidence evidence = healthy();
    evidence.kernel.crash_size = 0;
    for (int number : {EADDRNOTAVAIL, ENOMEM, EINVAL}) {
        CHECK(mentions(explained(RefusedCall::file_load, number, evidence, Purpose::crash),
                       "no memory is reserved"));
        CHECK_FALSE(mentions(explained(RefusedCall::file_load, number, evidence), "no memory is reserved"));
    }
    evidence.kernel.crash_size = 64 << 20;
    CHECK(explained(RefusedCall::file_load, ENOMEM, evidence, Purpose::crash).details.front() ==
          "found: 64 MiB are reserved for a crash kernel (/sys/kernel/kexec_crash_size)");
}

TEST_CASE("a small reservation is named for a crash kernel only") {
    for (int number : {ENOMEM, EADDRNOTAVAIL}) {
        CHECK(mentions(explained(RefusedCall::file_load, number, healthy(), Purpose::crash), "reserved"));
        CHECK_FALSE(mentions(explained(RefusedCall::file_load, number, healthy()), "reserved"));
    }
}

TEST_CASE("every errno that the calls are known to give has a cause and a next step") {
    struct Row {
        RefusedCall call;
        std::vector<int> numbers;
    };
    const Row rows[] = {
        {RefusedCall::load, {EPERM, EACCES, ENOSYS, EADDRNOTAVAIL, ENOMEM, EBUSY, EINVAL, ETXTBSY}},
        {RefusedCall::file_load,
         {EPERM, EACCES, ENOSYS, EADDRNOTAVAIL, ENOMEM, EBUSY, EKEYREJECTED, ENOKEY, ENODATA, EBADMSG,
          ELIBBAD, ENOPKG, ENOEXEC, EOPNOTSUPP, EINVAL, EFBIG, ETXTBSY}},
        {RefusedCall::unload, {EPERM, ENOSYS, EBUSY}},
        {RefusedCall::file_unload, {EPERM, ENOSYS, EBUSY}},
        {RefusedCall::reboot, {EPERM, EINVAL, ENOSYS, EBUSY}},
    };
    std::string unknown = explained(RefusedCall::load, EXFULL, healthy()).what;
    CHECK(unknown == "kexec_load failed: Exchange full");
    for (const Row &row : rows)
        for (int number : row.numbers) {
            Error error = explained(row.call, number, healthy());
            INFO(error.what);
            CHECK(error.number == number);
            CHECK(std::count(error.what.begin(), error.what.end(), ':') >= 2);
            CHECK_FALSE(error.remedy.empty());
            CHECK(error.what.find('\n') == std::string::npos);
            CHECK(error.what.back() != '.');
        }
}
