// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of rehearsals that went well and that did not.
#include "extras/rehearsal_text.h"

#include "tests/catch.h"

using namespace kexec;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Rehearsal crash_rehearsal() {
    static const Buffer initrd(2 << 20);
    Rehearsal rehearsal;
    rehearsal.machine = {.arch = "x86_64", .memory = std::uint64_t{4} << 30, .processors = 2};
    rehearsal.command_line = "quiet key=0123456789abcdef0123456789abcdef";
    rehearsal.initrd = initrd;
    return rehearsal;
}

Likeness crash_likeness() {
    Likeness likeness;
    likeness.machine = crash_rehearsal().machine;
    likeness.crashkernel = "crashkernel=256M";
    likeness.reservation = 256 << 20;
    likeness.other = {"there are no disks"};
    return likeness;
}

// KiB: 40 MiB of the reservation are the kernel's, 100 MiB were free at the tightest.
Outcome healthy() {
    Outcome outcome;
    outcome.reached = Reached::second_init;
    outcome.ending = Ending::out_of_time;
    outcome.first_release = "6.1";
    outcome.second_release = "6.12";
    outcome.memory = RehearsedMemory{216 << 10, 150 << 10, 100 << 10, 0};
    outcome.console = {"one", "two"};
    return outcome;
}

std::string result(const Outcome &outcome) {
    return rehearsal_result(crash_rehearsal(), crash_likeness(), outcome);
}

} // namespace

TEST_CASE("the heading names emulator, machine, kernel, command line and what is missing") {
    std::string text =
        rehearsal_heading(crash_rehearsal(), {"/usr/bin/qemu", false, {}}, crash_likeness(), "/boot/vmlinuz");
    for (std::string_view part :
         {"trying a crash in a virtual machine\n", "emulator: /usr/bin/qemu, which translates",
          "machine: x86_64, 4096 MiB, 2 processors, crashkernel=256M\n", "first kernel: /boot/vmlinuz\n",
          "panic=-1 quiet key=", "rdinit=/.kexec-test/agent", "\n  there are no disks\n"}) {
        INFO(part << " in\n" << text);
        CHECK(has(text, part));
    }
    CHECK_FALSE(has(text, "0123456789abcdef"));
}

TEST_CASE("a crash kernel that came up is proven, with its peak of memory") {
    std::string text = result(healthy());
    INFO(text);
    CHECK(has(text, "the crash kernel (6.12) came up and started its user space\n"));
    CHECK(has(text, "memory of the second kernel: 256 MiB; 40 MiB of it for itself and its tables, at most "
                    "116 MiB in use"));
    CHECK(has(text, "peak: 156 MiB of 256 MiB, 100 MiB to spare\n"));
    CHECK(has(text, "proven: this load works\n"));
    CHECK_FALSE(has(text, "the last lines"));
}

TEST_CASE("the packed initial ramdisk counts for the time before /init") {
    CHECK(least_free({216 << 10, 101 << 10, 100 << 10, 0}, 2 << 20) == 99 << 10);
    CHECK(least_free({216 << 10, 150 << 10, 100 << 10, 0}, 2 << 20) == 100 << 10);
    CHECK(least_free({1000, 10, 10, 0}, 1 << 30) == 0);
}

TEST_CASE("a crash kernel that ran out of memory is not proven, and more memory is proposed") {
    Outcome died = healthy();
    died.reached = Reached::loaded;
    died.memory.reset();
    died.panics = {"Kernel panic - not syncing: System is deadlocked on memory"};
    Outcome killed = healthy(), counted = healthy();
    killed.kills = {"Out of memory: Killed process 71 (cp)"};
    counted.memory->kills = 3;
    for (const Outcome &outcome : {died, killed, counted}) {
        std::string text = result(outcome);
        INFO(text);
        CHECK(has(text, "not proven: "));
        CHECK(has(text, "try more memory, here with --test-vm=crash=512M"));
        CHECK(has(text, "  | two\n"));
    }
    CHECK(has(result(died), "did not reach its user space"));
    CHECK(has(result(died), "it died: Kernel panic - not syncing: System is deadlocked on memory\n"));
    CHECK(has(result(killed), "for want of memory: Out of memory: Killed process 71 (cp)\n"));
    CHECK(has(result(counted), "3 processes were killed for want of memory\n"));
}

TEST_CASE("every place where it can end is named") {
    Outcome outcome;
    outcome.ending = Ending::out_of_time;
    CHECK(has(result(outcome), "the first kernel did not reach user space"));
    CHECK(has(result(outcome), "time was over: seconds=N gives it more"));
    outcome.reached = Reached::first_kernel;
    outcome.load_output = {"kexec: there is no room"};
    CHECK(has(result(outcome), "kexec there: kexec: there is no room\nthe load did not come to an end"));
    outcome.load_status = 255;
    CHECK(has(result(outcome), "kexec failed with exit status 255"));
    outcome.load_status = 0;
    outcome.reached = Reached::loaded;
    outcome.stayed = true;
    CHECK(has(result(outcome), "went on as if nothing were"));
    outcome = healthy();
    outcome.without_init = 2;
    outcome.ending = Ending::by_itself;
    CHECK(has(result(outcome), "where there was no /init"));
    CHECK(has(result(outcome), "turned itself off or reset itself"));
}
