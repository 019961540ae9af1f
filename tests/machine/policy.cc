// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel insists on, as far as its traces tell.
#include "machine/policy.h"

#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/temporary.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
const std::string rules = "/sys/kernel/security/ima/policy";

KexecPolicy policy_of(const Files &files) { return read_policy(snapshot_of(files)); }

std::string attributes_and(char value) { return std::string("\6\0\0\0", 4) + value; }

} // namespace

TEST_CASE("what cannot be seen is not known") {
    KexecPolicy policy = policy_of({});
    CHECK(policy.lockdown.empty());
    CHECK_FALSE(policy.secure_boot);
    CHECK_FALSE(policy.signatures_forced);
    CHECK_FALSE(policy.ima_appraises);
}

TEST_CASE("lockdown is the word in brackets") {
    CHECK(policy_of({{"/sys/kernel/security/lockdown", "none [integrity] x\n"}}).lockdown == "integrity");
    CHECK(chosen_in_brackets("[none] a b") == "none");
    CHECK(chosen_in_brackets("none a b").empty());
    CHECK(chosen_in_brackets("]x[").empty());
    CHECK(chosen_in_brackets("").empty());
}

TEST_CASE("secure boot is the byte behind the variable's attributes, on s390x a file of the IPL") {
    CHECK(policy_of({{variable, attributes_and(1)}}).secure_boot == true);
    CHECK(policy_of({{variable, attributes_and(0)}}).secure_boot == false);
    CHECK_FALSE(policy_of({{variable, "\1"}}).secure_boot);
    CHECK_FALSE(policy_of({{variable, attributes_and(1) + "x"}}).secure_boot);
    CHECK(policy_of({{"/sys/firmware/ipl/secure", "1\n"}}).secure_boot == true);
    CHECK(policy_of({{"/sys/firmware/ipl/secure", "0\n"}}).secure_boot == false);
    CHECK_FALSE(policy_of({{"/sys/firmware/ipl/secure", "yes\n"}}).secure_boot);
}

TEST_CASE("IMA appraises where a rule says so and the command line does not take it back") {
    std::string rule = "appraise fowner=0 func=KEXEC_KERNEL_CHECK appraise_type=imasig\n";
    CHECK(policy_of({{rules, "measure func=BPRM_CHECK\n" + rule}}).ima_appraises == true);
    CHECK(policy_of({{rules, "measure func=KEXEC_KERNEL_CHECK\n"}}).ima_appraises == false);
    CHECK(policy_of({{rules, "dont_appraise func=KEXEC_KERNEL_CHECK\nappraise func=MODULE_CHECK\n"}})
              .ima_appraises == false);
    CHECK(policy_of({{rules, rule}, {"/proc/cmdline", "ima_appraise=log"}}).ima_appraises == false);
    CHECK(policy_of({{rules, rule}, {"/proc/cmdline", "ima_appraise=fix ima_appraise=enforce"}})
              .ima_appraises == true);
}

TEST_CASE("the configuration tells whether signatures are forced, packed or not") {
    std::string forced = "CONFIG_KEXEC_SIG=y\nCONFIG_KEXEC_SIG_FORCE=y\n";
    std::string free = "CONFIG_KEXEC_SIG=y\n# CONFIG_KEXEC_SIG_FORCE is not set\n";
    CHECK(policy_of({{"/boot/config-6.1", forced}}).signatures_forced == true);
    CHECK(policy_of({{"/boot/config-6.1", free}}).signatures_forced == false);
    CHECK_FALSE(policy_of({{"/boot/config-6.1", "nothing of a kernel"}}).signatures_forced);
    CHECK_FALSE(policy_of({{"/proc/config.gz", "not packed"}}).signatures_forced);
}

TEST_CASE("of the configurations in /boot only the running kernel's is read") {
    TemporaryDirectory root;
    root.write("/boot/config-6.1-a", "CONFIG_KEXEC=y\n");
    root.write("/boot/config-6.12", "CONFIG_KEXEC_SIG_FORCE=y\n");
    CHECK_FALSE(read_policy(take_snapshot(policy_sources(), root.path())).signatures_forced);
    root.write("/proc/sys/kernel/osrelease", "6.1-a\n");
    CHECK(read_policy(take_snapshot(policy_sources(), root.path())).signatures_forced == false);
    root.write("/proc/sys/kernel/osrelease", "6.12\n");
    CHECK(read_policy(take_snapshot(policy_sources(), root.path())).signatures_forced == true);
    root.write("/proc/sys/kernel/osrelease", "../boot/config-6.12\n");
    CHECK_FALSE(read_policy(take_snapshot(policy_sources(), root.path())).signatures_forced);
}

TEST_CASE("whether a signature is demanded: yes, no, or not to be seen") {
    KexecPolicy open{
        .lockdown = "none", .secure_boot = false, .signatures_forced = false, .ima_appraises = {}};
    CHECK(demands_signatures(open) == false);
    CHECK_FALSE(demands_signatures({}));
    KexecPolicy policy = open;
    policy.secure_boot = true;
    CHECK_FALSE(demands_signatures(policy));
    policy = open;
    policy.lockdown.clear();
    CHECK_FALSE(demands_signatures(policy));
    policy = open;
    policy.signatures_forced.reset();
    CHECK_FALSE(demands_signatures(policy));
    policy.signatures_forced = true;
    CHECK(demands_signatures(policy) == true);
    policy = open;
    policy.lockdown = "confidentiality";
    CHECK(demands_signatures(policy) == true);
    policy = open;
    policy.ima_appraises = true;
    CHECK(demands_signatures(policy) == true);
}
