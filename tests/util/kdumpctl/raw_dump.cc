// SPDX-License-Identifier: GPL-2.0-or-later
// The start behind a crash whose dump lies on a raw target.
#include "tests/catch.h"
#include "tests/dump/build_dump.h"
#include "tests/util/kdumpctl/fake_machine.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;
using namespace kexec::kdumpctl;
using namespace kexec::kdumpctl::test;

namespace {

const std::string directory = "/var/crash/127.0.0.1-2025-11-29-20:00:03";

Buffer made_dump() {
    return elf_dump(build_lockless_log({}, some_lines(3)), EM_X86_64, "CRASHTIME=1764446403\n");
}

// A machine with a dump on its raw target, and older data behind that.
struct RawMachine : FakeMachine {
    Buffer dump = made_dump();
    Buffer device = flattened(dump, 3000);

    RawMachine() {
        root.write("/etc/kdump.conf", "raw /dev/vdb1\n");
        root.write("/sys/class/block/vdb1/size", "2097152\n");
        device.insert(device.end(), 5000, std::byte{'x'});
        root.add("/dev/vdb1", device);
        unload();
    }
    Ran start() {
        Ran ran = run({"start"});
        INFO(ran.err);
        CHECK((ran.outcome == Outcome::done && is_loaded()));
        unload();
        return ran;
    }
    bool is_untouched() const { return text("/dev/vdb1") == as_text(device); }
};

} // namespace

TEST_CASE("a start makes files of a dump on a raw target, and frees the target", "[raw_dump]") {
    RawMachine machine;
    machine.start();
    CHECK(machine.text(directory + "/vmcore") == as_text(machine.dump));
    CHECK(contains(machine.text(directory + "/vmcore-dmesg.txt"), "line 2 xx\n"));
    CHECK(contains(machine.run({"status"}).out,
                   "The last crash of 2025-11-29 20:00:03 UTC was dumped: " + directory + "\n"));
    std::string left = machine.text("/dev/vdb1");
    CHECK(left.substr(0, 4096) == std::string(4096, '\0'));
    CHECK(left.substr(4096) == as_text(machine.device).substr(4096));
    machine.start();
    CHECK(machine.text("/dev/vdb1") == left);
    CHECK_FALSE(machine.has(directory + "-2"));
}

TEST_CASE("the dump goes below path, also where the crash kernel is loaded already", "[raw_dump]") {
    RawMachine machine;
    machine.root.write("/etc/kdump.conf", "raw /dev/vdb1\npath dumps\ndirectory_name {host}-%Y%m%d-%H%M%S\n");
    machine.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    Ran ran = machine.run({"start"});
    INFO(ran.err);
    CHECK(contains(ran.err, "already running"));
    CHECK(machine.text("/dumps/box-20251129-200003/vmcore") == as_text(machine.dump));
}

TEST_CASE("early in the boot, and where nothing is to be changed, the dump stays", "[raw_dump]") {
    RawMachine machine;
    Ran ran = machine.run({"start", "--print"});
    CHECK(ran.out.starts_with("store the dump on /dev/vdb1 below /var/crash, and erase its start there\n"));
    machine.run({"reload"});
    CHECK(machine.is_untouched());
    CHECK_FALSE(machine.has("/var/crash"));
}

TEST_CASE("where power was cut before the target was freed, the dump is not kept twice", "[raw_dump]") {
    RawMachine machine;
    machine.start();
    machine.root.add("/dev/vdb1", machine.device);
    machine.start();
    CHECK_FALSE(machine.is_untouched());
    CHECK_FALSE(machine.has(directory + "-2"));
}

TEST_CASE("a dump of the same second as others has a directory of its own", "[raw_dump]") {
    RawMachine machine;
    machine.root.write(directory + "/vmcore-dmesg.txt", "of another crash");
    machine.root.write(directory + "-2/vmcore", "of a third crash");
    machine.start();
    CHECK(machine.text(directory + "/vmcore-dmesg.txt") == "of another crash");
    CHECK_FALSE(machine.has(directory + "/vmcore"));
    CHECK(machine.text(directory + "-2/vmcore") == "of a third crash");
    CHECK_FALSE(machine.has(directory + "-2/vmcore-dmesg.txt"));
    CHECK(machine.text(directory + "-3/vmcore") == as_text(machine.dump));
    CHECK(contains(machine.text(directory + "-3/vmcore-dmesg.txt"), "line 2 xx\n"));
    CHECK(contains(machine.run({"status"}).out, "was dumped: " + directory + "-3\n"));
    CHECK_FALSE(machine.is_untouched());
}

TEST_CASE("a dump that is cut short stays on its target, and the machine is armed all the same",
          "[raw_dump]") {
    RawMachine machine;
    machine.device.resize(flattened(machine.dump, 3000).size() - 5000);
    machine.root.add("/dev/vdb1", machine.device);
    CHECK(
        contains(machine.start().err, "/dev/vdb1: the flattened dump is cut short or damaged behind record"));
    CHECK(machine.is_untouched());
    CHECK_FALSE(machine.has("/var/crash"));
}

TEST_CASE("a whole dump of a kind that is not known is a file all the same", "[raw_dump]") {
    RawMachine machine;
    Buffer content(10000, std::byte{7});
    machine.root.add("/dev/vdb1", flattened(content, 3000));
    CHECK(contains(machine.start().err, "going on without the dump's log"));
    CHECK(machine.text("/var/crash/127.0.0.1-2025-11-29-20:00:00/vmcore") == as_text(content));
}
