// SPDX-License-Identifier: GPL-2.0-or-later
// Who hears what is said, and what of it is left out.
#include "tests/catch.h"
#include "tests/util/kdumpctl/fake_machine.h"

using namespace kexec;
using namespace kexec::kdumpctl;
using namespace kexec::kdumpctl::test;

TEST_CASE("who hears what is said follows the levels of the logs", "[service]") {
    FakeMachine machine;
    machine.root.write("/etc/kdump.conf", "core_collector cp\n");
    auto started = [&](const std::string &variables) {
        machine.root.write("/etc/sysconfig/kdump", variables);
        machine.unload();
        machine.logged.clear();
        machine.writes.clear();
        return machine.run({"start"});
    };
    CHECK(started("").out == "Starting kdump: [OK]\n");
    CHECK((machine.logged.empty() && machine.writes.empty()));
    CHECK(started("KDUMP_STDLOGLVL=2\n").out.empty());
    started("KDUMP_SYSLOGLVL=3\nKDUMP_KMSGLOGLVL=3\n");
    CHECK(machine.logged == std::vector<std::string>{"6 Starting kdump: [OK]\n"});
    CHECK(machine.writes == std::vector<std::string>{"/dev/kmsg <30>Starting kdump: [OK]\n"});
    machine.statuses["kexec"] = 1;
    Ran ran = started("KDUMP_STDLOGLVL=0\nKDUMP_SYSLOGLVL=1\n");
    CHECK((ran.outcome == Outcome::failed && ran.out.empty() && ran.err.empty()));
    REQUIRE(machine.logged.size() == 1);
    CHECK(machine.logged[0].starts_with("3 kdumpctl: the crash kernel was not loaded"));
    // What is loaded already is a warning.
    machine.statuses.clear();
    started("");
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_STDLOGLVL=1\nKDUMP_SYSLOGLVL=2\n");
    CHECK(machine.run({"start"}).err.empty());
    CHECK(machine.logged.back() == "4 kdumpctl: Kdump already running: [WARNING]\n");
    // A report is what was asked for.
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_STDLOGLVL=0\n");
    CHECK(contains(machine.run({"status"}).out, "Kdump is operational"));
}

TEST_CASE("the last test is in the status unless that is not wanted", "[service]") {
    FakeMachine machine;
    machine.root.write("/var/lib/kdump/vmcore-creation.status", "success kdump_test_id=1764446400\n");
    CHECK(contains(machine.run({"status"}).out, "Last successful vmcore creation test"));
    machine.root.write("/etc/sysconfig/kdump", "VMCORE_CREATION_NOTIFICATION=no\n");
    CHECK_FALSE(contains(machine.run({"status"}).out, "vmcore creation test"));
    CHECK(contains(machine.run({"status", "--json"}).out, "\"last_test\":null"));
}
