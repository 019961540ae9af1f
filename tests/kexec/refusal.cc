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
    evidence.kernel.lockdown = "none";
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
    evidence.kernel.lockdown = "integrity";
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
        {RefusedCall::load, {EPERM, ENOSYS, EADDRNOTAVAIL, ENOMEM, EBUSY, EINVAL, ETXTBSY}},
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
