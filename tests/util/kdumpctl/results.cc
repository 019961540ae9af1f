// SPDX-License-Identifier: GPL-2.0-or-later
// What the boot behind a crash makes of what the capture program has left.
#include "capture/outcome.h"
#include "tests/catch.h"
#include "tests/util/kdumpctl/fake_machine.h"

using namespace kexec;
using namespace kexec::kdumpctl;
using namespace kexec::kdumpctl::test;

TEST_CASE("the boot after a test says what came of it", "[service]") {
    FakeMachine machine;
    machine.root.write("/var/lib/kdump/vmcore-creation.status", "pending kdump_test_id=1764446400\n");
    auto result = [&](const std::string &outcome) {
        machine.unload();
        if (!outcome.empty())
            machine.root.write("/var/crash/kdump-capture.outcome", outcome);
        CHECK(machine.run({"start"}).outcome == Outcome::done);
        return machine.run({"status"}).out;
    };
    capture::Outcome outcome{.crash_time = 1764446403,
                             .saved = true,
                             .directory = "/var/crash/a",
                             .what = {},
                             .remedy = {},
                             .warnings = {}};
    CHECK(result(capture::outcome_text(outcome)) ==
          "Kdump is operational\nThe last crash of 2025-11-29 20:00:03 UTC was dumped: /var/crash/a\n"
          "Notice: Last successful vmcore creation test on 2025-11-29 20:00:00 UTC\n");
    CHECK(machine.text("/var/lib/kdump/vmcore-creation.status") == "success kdump_test_id=1764446400\n");
    // Later, the answer stays.
    machine.root.remove("/var/crash/kdump-capture.outcome");
    CHECK(contains(result(""), "Last successful vmcore creation test"));
    CHECK(contains(
        machine.run({"status", "--json"}).out,
        "\"last_test\":{\"state\":\"success\",\"time\":1764446400},\"last_capture\":{\"time\":1764446403,"
        "\"saved\":true,\"directory\":\"/var/crash/a\","));
}

TEST_CASE("a capture that failed is told with its reason, from pstore too", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/var/lib/kdump/vmcore-creation.status", "pending kdump_test_id=1764446400\n");
    capture::Outcome outcome{.crash_time = 1764446403,
                             .saved = false,
                             .directory = {},
                             .what = "the disk is full",
                             .remedy = "free some space",
                             .warnings = {}};
    // As it is in pstore, and where systemd has moved it from there.
    bool is_moved = GENERATE(false, true);
    machine.root.write(is_moved ? "/var/lib/systemd/pstore/1764446403/001/dmesg.txt"
                                : "/sys/fs/pstore/dmesg-efi-1",
                       "before\n" + capture::outcome_text(outcome));
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    std::string said = machine.run({"status"}).out;
    CHECK(contains(
        said, "The last crash of 2025-11-29 20:00:03 UTC was NOT dumped: the disk is full\n        free some "
              "space\n"));
    CHECK(contains(said, "Last NOT successful vmcore creation test"));
}

TEST_CASE("a test that left no trace has failed, or needs a look where the target is not seen", "[service]") {
    for (bool seen : {true, false}) {
        FakeMachine machine;
        machine.unload();
        machine.root.write("/sys/class/block/vdb1/size", "2097152\n");
        machine.root.write("/dev/vdb1", "");
        machine.root.write("/etc/kdump.conf", seen ? "" : "ext4 /dev/vdb1\n");
        machine.root.write("/var/lib/kdump/vmcore-creation.status", "pending kdump_test_id=1764446400-99\n");
        Ran ran = machine.run({"start"});
        INFO(ran.err);
        CHECK(contains(machine.run({"status"}).out,
                       seen ? "Last NOT successful" : "Require manual check for vmcore creation test of"));
    }
}

TEST_CASE("a dump on a target that is mounted is told by where it is now", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/proc/self/mountinfo", "23 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
                                               "24 23 254:2 / /srv rw - ext4 /dev/vdb1 rw\n");
    machine.root.write("/sys/class/block/vdb1/size", "2097152\n");
    machine.root.write("/dev/vdb1", "");
    machine.root.write("/etc/kdump.conf", "ext4 /dev/vdb1\npath dumps\n");
    capture::Outcome outcome{.crash_time = 1764446403,
                             .saved = true,
                             .directory = "/dumps/a",
                             .what = {},
                             .remedy = {},
                             .warnings = {}};
    machine.root.write("/srv/dumps/kdump-capture.outcome", capture::outcome_text(outcome));
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(contains(machine.run({"status"}).out, " was dumped: /srv/dumps/a\n"));
}
