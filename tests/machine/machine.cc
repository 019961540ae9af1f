// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <cerrno>

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string cpu = "/sys/devices/system/cpu/";

Files least() { return {{"/proc/iomem", "00100000-3fffffff : System RAM\n"}}; }

Result<Machine> understood(const Files &files) { return understand_common(snapshot_of(files), "some"); }

} // namespace

TEST_CASE("a machine of which only memory is known has everything else empty") {
    Machine machine = understood(least()).value();
    CHECK(machine.arch == "some");
    CHECK(machine.resources.size() == 1);
    CHECK(machine.crash_reservations.empty());
    CHECK(machine.cpu_notes.empty());
    CHECK_FALSE(machine.vmcoreinfo);
    CHECK(machine.command_line.empty());
    CHECK_FALSE(machine.kexec.loaded);
    CHECK_FALSE(machine.kexec.crash_size);
    CHECK(machine.kexec.policy.lockdown.empty());
}

TEST_CASE("a missing or unreadable /proc/iomem is an error that says why") {
    CHECK(has(understood({}).error().what, "/proc/iomem"));
    CHECK(understood({}).error().cause == Cause::missing_file);
    Snapshot snapshot;
    snapshot.put_error("/proc/iomem", EACCES);
    CHECK(has(understand_common(snapshot, "some").error().what, "Permission denied"));
    snapshot.put("/proc/iomem", buffer("00100000-3fffffff : System RAM\n"), true);
    CHECK(has(understand_common(snapshot, "some").error().what, "longer"));
    CHECK(has(understood({{"/proc/iomem", "nonsense\n"}}).error().what, "/proc/iomem: line 1"));
}

TEST_CASE("every crash reservation is found, lowest first") {
    Files files = least();
    files["/proc/iomem"] = "100000000-23fffffff : System RAM\n"
                           "  200000000-21fffffff : Crash kernel\n"
                           "00100000-3fffffff : System RAM\n"
                           "  2f000000-3effffff : Crash kernel\n"
                           "  01000000-010fffff : Crash kernel2\n"
                           "240000000-24fffffff : Crash kernel\n";
    CHECK(understood(files).value().crash_reservations ==
          std::vector<Range>{range(0x2f000000, 0x3effffff), range(0x200000000, 0x21fffffff),
                             range(0x240000000, 0x24fffffff)});
}

TEST_CASE("notes of CPUs with holes in their numbers, without a size, and of none") {
    Files files = least();
    files[cpu + "cpu10/crash_notes"] = "3f439400\n";
    files[cpu + "cpu10/crash_notes_size"] = "368\n";
    files[cpu + "cpu2/crash_notes"] = "23f439400\n";
    files[cpu + "cpu3/crash_notes"] = "0\n";
    files[cpu + "cpu4/crash_notes_size"] = "368\n";
    auto notes = understood(files).value().cpu_notes;
    REQUIRE(notes.size() == 2);
    CHECK(notes[0].cpu == 2);
    CHECK(notes[0].area == Range::sized(0x23f439400, 1024));
    CHECK(notes[1].cpu == 10);
    CHECK(notes[1].area == Range::sized(0x3f439400, 368));
}

TEST_CASE("vmcoreinfo is an address and a size, both hexadecimal") {
    Files files = least();
    files["/sys/kernel/vmcoreinfo"] = "0x00000000013aa000 1024\n";
    CHECK(understood(files).value().vmcoreinfo == Range::sized(0x13aa000, 0x1024));
}

TEST_CASE("what the kernel says of kexec") {
    Files files = least();
    files["/sys/kernel/kexec_loaded"] = "1\n";
    files["/sys/kernel/kexec_crash_loaded"] = "0\n";
    files["/sys/kernel/kexec_crash_size"] = "268435456\n";
    files["/proc/sys/kernel/kexec_load_disabled"] = "1\n";
    files["/sys/kernel/crash_elfcorehdr_size"] = "9176160\n";
    files["/sys/kernel/security/lockdown"] = "none [integrity] confidentiality\n";
    files["/proc/cmdline"] = " a  \"b c\" \n";
    Machine machine = understood(files).value();
    CHECK(machine.kexec.loaded == true);
    CHECK(machine.kexec.crash_loaded == false);
    CHECK(machine.kexec.crash_size == 0x10000000);
    CHECK(machine.kexec.load_disabled == true);
    CHECK(machine.kexec.elfcorehdr_size == 9176160);
    CHECK(machine.kexec.policy.lockdown == "integrity");
    CHECK(machine.command_line == " a  \"b c\" ");
}

TEST_CASE("the names since Linux 6.19 are read, where they are there before the old ones") {
    Files files = least();
    files["/sys/kernel/kexec/loaded"] = "1\n";
    files["/sys/kernel/kexec/crash_loaded"] = "1\n";
    files["/sys/kernel/kexec/crash_size"] = "4096\n";
    files["/sys/kernel/kexec/crash_elfcorehdr_size"] = "8192\n";
    files["/sys/kernel/kexec_crash_loaded"] = "0\n";
    Machine machine = understood(files).value();
    CHECK(machine.kexec.loaded == true);
    CHECK(machine.kexec.crash_loaded == true);
    CHECK(machine.kexec.crash_size == 4096);
    CHECK(machine.kexec.elfcorehdr_size == 8192);
}

TEST_CASE("a state that could not be read is not known") {
    Snapshot snapshot = snapshot_of(least());
    snapshot.put_error("/sys/kernel/kexec_crash_size", EBUSY);
    CHECK_FALSE(understand_common(snapshot, "some").value().kexec.crash_size);
}

TEST_CASE("values that make no sense are errors that name their file") {
    struct Case {
        std::string path, text;
    };
    for (const auto &[path, text] :
         {Case{cpu + "cpu0/crash_notes", "not hex\n"}, Case{cpu + "cpu0/crash_notes", "12345678901234567\n"},
          Case{cpu + "cpu0/crash_notes", "ffffffffffffff00\n"}, Case{"/sys/kernel/vmcoreinfo", "\n"},
          Case{"/sys/kernel/vmcoreinfo", "1000\n"}, Case{"/sys/kernel/vmcoreinfo", "1000 0\n"},
          Case{"/sys/kernel/vmcoreinfo", "1000 10 10\n"},
          Case{"/sys/kernel/vmcoreinfo", "ffffffffffffffff 2\n"},
          Case{"/sys/kernel/vmcoreinfo", "-1000 10\n"}, Case{"/sys/kernel/kexec_loaded", "2\n"},
          Case{"/sys/kernel/kexec_crash_loaded", "\n"},
          Case{"/sys/kernel/kexec_crash_size", "99999999999999999999\n"},
          Case{"/proc/sys/kernel/kexec_load_disabled", "yes\n"},
          Case{"/sys/kernel/crash_elfcorehdr_size", "0x10\n"}}) {
        INFO(path << " " << text);
        Files files = least();
        files[path] = text;
        auto machine = understood(files);
        REQUIRE_FALSE(machine);
        CHECK(has(machine.error().what, path));
    }
    Files files = least();
    files[cpu + "cpu7/crash_notes"] = "1000\n";
    files[cpu + "cpu7/crash_notes_size"] = "0\n";
    CHECK(has(understood(files).error().what, "cpu7"));
}

TEST_CASE("a lockdown file without a choice says nothing") {
    for (const char *text : {"", "none integrity", "none ]integrity[", "[none"}) {
        Files files = least();
        files["/sys/kernel/security/lockdown"] = text;
        CHECK(understood(files).value().kexec.policy.lockdown.empty());
    }
}
