// SPDX-License-Identifier: GPL-2.0-or-later
// test --vm and estimate --measure: what the emulated machine is given, and what is made of how it ended.
#include "util/kdumpctl/trial.h"

#include "base/compress.h"
#include "base/cpio.h"
#include "base/range.h"
#include "base/text.h"
#include "tests/catch.h"
#include "tests/util/kdumpctl/fake_machine.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::kdumpctl;
using namespace kexec::kdumpctl::test;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

kexec::Outcome saved() {
    kexec::Outcome outcome;
    outcome.reached = Reached::second_init;
    outcome.ending = Ending::by_itself;
    outcome.memory = RehearsedMemory{.total = 200 << 10, .first = 180 << 10, .least = 96 << 10, .kills = 0};
    outcome.console = {"[    1.0] kdump-capture: result saved", "[    1.0] kdump-capture: crash_time 5",
                       "[    1.0] kdump-capture: directory /var/crash/here",
                       "[    1.1] reboot: machine restart"};
    return outcome;
}

kexec::Outcome not_loaded() {
    kexec::Outcome outcome;
    outcome.reached = Reached::first_kernel;
    outcome.load_output = {"kexec: the reservation is too small"};
    return outcome;
}

// A machine with a program that makes its file system, and an emulator.
struct Trying : FakeMachine {
    Trying() {
        programs.insert("mkfs.ext4");
        emulation = &tried;
    }
    std::function<Result<kexec::Outcome>(const Rehearsal &)> rehearse;
    Emulation tried{
        [this](const Rehearsal &rehearsal) { return rehearse(rehearsal); },
        [](const std::string &path) -> Result<std::vector<GuestFile>> {
            return std::vector{GuestFile{path, {}, 0755}};
        },
        [](std::uint64_t) -> Result<Scratch> {
            return Scratch{Descriptor(), "/scratch"};
        },
    };
};

// What stands behind the compressed archive.
std::string trial_settings(Bytes initrd) {
    std::size_t at = as_text(initrd).find("070701");
    REQUIRE(at != std::string_view::npos);
    std::string settings;
    REQUIRE(read_archive(initrd.subspan(at), [&](const ArchiveEntry &entry) {
        if (entry.path == "kdump/settings")
            settings = as_text(entry.content);
    }));
    return settings;
}

} // namespace

TEST_CASE("a trial crashes an emulated machine with this one's kernel, and a scratch disk takes the dump",
          "[trial]") {
    Trying machine;
    machine.root.write("/etc/sysconfig/kdump", "KEXEC_ARGS=\"-s\"\n");
    machine.root.write("/etc/kdump.conf", "path /dumps\nfinal_action poweroff\n");
    std::string settings, first_words, line, words;
    machine.rehearse = [&](const Rehearsal &rehearsal) {
        settings = trial_settings(rehearsal.initrd);
        first_words = rehearsal.first_words;
        line = rehearsal.command_line;
        words = fmt::format("{} {} {} {}", rehearsal.machine.arch, rehearsal.machine.memory / mebibyte,
                            rehearsal.options.front(), rehearsal.devices.at(1));
        return saved();
    };
    Ran ran = machine.run({"test", "--vm"});
    INFO(ran.err);
    CHECK(ran.outcome == kdumpctl::Outcome::done);
    CHECK(contains(ran.out, "  256M   dumped: /var/crash/here (96M of 200M were left at least)\n"));
    CHECK(contains(settings, "target ext4\nsource /dev/vda\npath /dumps\n"));
    CHECK(contains(settings, "final_action reboot\n"));
    CHECK(first_words == "crashkernel=256M");
    CHECK(contains(line, "nr_cpus=1"));
    CHECK(words == "x86_64 1280 -s file=/scratch,if=none,id=scratch,format=raw,cache=unsafe");
    // Nothing of this machine is changed.
    CHECK(machine.commands == std::vector<std::string>{"mkfs.ext4 -q -F /scratch"});
    CHECK((machine.writes.empty() && machine.initramfs().empty()));
}

TEST_CASE("a trial without a dump says how far it came", "[trial]") {
    Trying machine;
    kexec::Outcome outcome = not_loaded();
    machine.rehearse = [&](const Rehearsal &) { return outcome; };
    auto why = [&] {
        Ran ran = machine.run({"test", "--vm"});
        CHECK(ran.outcome == kdumpctl::Outcome::failed);
        return ran.out;
    };
    CHECK(
        contains(why(), "NOT dumped: the crash kernel was not loaded: kexec: the reservation is too small"));
    outcome = {};
    outcome.console = {"SeaBIOS"};
    CHECK(contains(why(), "the first kernel did not come up: SeaBIOS"));
    outcome.reached = Reached::loaded;
    outcome.panics = {"System is deadlocked on memory"};
    CHECK(contains(why(), "did not reach its initramfs: System is deadlocked on memory"));
    outcome.reached = Reached::second_init;
    outcome.panics.clear();
    CHECK(contains(why(), "the capture program told no end"));
    outcome.ending = Ending::out_of_time;
    CHECK(contains(why(), "it took too long"));
    outcome.console = {"kdump-capture: result failed", "kdump-capture: what no more space is free"};
    CHECK(contains(why(), "NOT dumped: no more space is free"));
}

TEST_CASE("what cannot be tried in an emulated machine is refused before one is started", "[trial]") {
    Trying machine;
    machine.programs.erase("mkfs.ext4");
    machine.programs.insert("dracut");
    machine.rehearse = [&](const Rehearsal &) -> Result<kexec::Outcome> {
        return fail(Cause::other, "started");
    };
    check_refused(machine, {"test", "--vm"}, "mkfs.ext4 is not installed");
    machine.programs.insert("mkfs.ext4");
    machine.root.write("/etc/kdump.conf", "nfs server:/crash\n");
    check_refused(machine, {"test", "--vm"},
                  "a trial has no dracut, and a target of type nfs needs its programs");
    check_refused(machine, {"estimate", "--measure"}, "a trial has no dracut");
    machine.root.write("/etc/kdump.conf", "");
    machine.statuses["mkfs.ext4"] = 1;
    CHECK(contains(machine.run({"test", "--vm"}).err, "/usr/bin/mkfs.ext4 ended with status 1"));
}

TEST_CASE("a measure is the smallest reservation that still saves a dump", "[trial]") {
    Trying machine;
    std::uint64_t need = 93 * mebibyte;
    std::vector<std::uint64_t> tried;
    machine.rehearse = [&](const Rehearsal &rehearsal) {
        CHECK(rehearsal.machine.memory % (256 * mebibyte) == 0);
        std::string_view words = rehearsal.first_words;
        std::uint64_t reserved = parse_decimal(words.substr(words.find('=') + 1, words.size() - 13)).value();
        CHECK(rehearsal.machine.memory >= (reserved + 1024) * mebibyte);
        tried.push_back(reserved);
        return tried.back() * mebibyte >= need ? saved() : not_loaded();
    };
    Ran ran = machine.run({"estimate", "--measure"});
    INFO(ran.err);
    CHECK(ran.outcome == kdumpctl::Outcome::done);
    CHECK(tried == std::vector<std::uint64_t>{256, 128, 64, 96, 80, 88, 92});
    CHECK(ran.out.ends_with("The smallest reservation that still saves a dump: crashkernel=96M\n"));
    CHECK(machine.run({"estimate", "--measure", "--json"}).out ==
          "{\"smallest\":100663296,\"crashkernel\":\"96M\"}\n");
    need = 300 * mebibyte;
    CHECK(contains(machine.run({"estimate", "--measure"}).err,
                   "not even 256M are enough: the crash kernel was not"));
}

TEST_CASE("halving ends at any need", "[trial]") {
    for (std::uint64_t need = 1; need <= 64; need++) {
        auto smallest = smallest_reservation(62 * mebibyte, [&](std::uint64_t size) -> Result<bool> {
            return size >= need * mebibyte;
        });
        REQUIRE((smallest && *smallest));
        CHECK(**smallest == *align_up(need * mebibyte, 4 * mebibyte));
    }
}
