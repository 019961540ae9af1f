// SPDX-License-Identifier: GPL-2.0-or-later
// --test-vm in front of an emulation that keeps what it is given: what is rehearsed for which line, what its
// outcome means, and that nothing is done to this machine.
#include "kexec/rehearse.h"

#include "tests/catch.h"
#include "tests/kexec/fake_world.h"
#include "tests/support/files.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::test;

namespace {

bool has(std::string_view text, std::string_view part) { return contains(text, part); }

// What one line led to. Views of the rehearsal are copied, for the files behind them go.
struct Trial {
    FakeWorld world;
    kexec::test::Outcome said{};
    bool rehearsed = false;
    Rehearsal rehearsal;
    std::string first_kernel, kernel, initrd;
    kexec::Outcome outcome;
    std::string emulator_asked;

    Trial() {
        outcome.reached = Reached::second_init;
        outcome.memory = RehearsedMemory{100000, 90000, 80000, 0};
        world.root.write("/proc/meminfo", "MemTotal: 9000000 kB\nMemAvailable:    8000000 kB\n");
    }

    Emulation emulation() {
        return {.find = [this](std::string_view, const std::string &named) -> Result<Emulator> {
                    emulator_asked = named;
                    return Emulator{"/usr/bin/qemu", false, {}};
                },
                .files = [](const std::string &program) -> Result<std::vector<GuestFile>> {
                    return std::vector{GuestFile{program, Buffer(1000), 0755}};
                },
                .rehearse = [this](const Rehearsal &given) -> Result<kexec::Outcome> {
                    rehearsed = true;
                    rehearsal = given;
                    first_kernel = as_text(given.first_kernel);
                    kernel = as_text(given.kernel);
                    initrd = as_text(given.initrd);
                    return outcome;
                }};
    }

    Result<int> run(const std::vector<std::string> &words) {
        std::vector<const char *> pointers;
        for (const std::string &word : words)
            pointers.push_back(word.c_str());
        Options options = parse_options(pointers, fake_arch().options, Order::any).value();
        return rehearse_load(world.seen_by(fake_arch(), said), options, emulation());
    }
};

} // namespace

TEST_CASE("a crash load is rehearsed with its kernel, initrd, command line and reservation") {
    Trial trial;
    auto status = trial.run({"--test-vm", "-p", "-c", "--no-checks", trial.world.kernel_file,
                             "--initrd=" + trial.world.initrd_file, "--append=quiet nr_cpus=1"});
    REQUIRE(status);
    CHECK(*status == 0);
    CHECK(trial.rehearsal.kind == Rehearsed::crash);
    CHECK(trial.rehearsal.first_words == "crashkernel=256M");
    CHECK(trial.rehearsal.command_line == "quiet nr_cpus=1");
    CHECK(trial.rehearsal.options == std::vector<std::string>{"--kexec-syscall", "--no-checks"});
    CHECK(trial.kernel == kexec::testing::text_of_file(trial.world.kernel_file));
    CHECK(trial.initrd == kexec::testing::text_of_file(trial.world.initrd_file));
    CHECK(trial.rehearsal.files.front().path == trial.rehearsal.program);
    CHECK(has(trial.said.out, "trying a crash in a virtual machine"));
    CHECK(has(trial.said.out, "proven: this load works"));
}

TEST_CASE("a load for a reboot is rehearsed as one, without a reservation") {
    Trial trial;
    CHECK(trial.run({"-l", "--test-vm", trial.world.kernel_file}) == 0);
    CHECK(trial.rehearsal.kind == Rehearsed::reboot);
    CHECK(trial.rehearsal.first_words.empty());
    CHECK(has(trial.said.out, "trying a reboot"));
}

TEST_CASE("nothing is done to this machine, whatever else is on the line") {
    for (std::string action : {"-l", "-p", "-f"}) {
        Trial trial;
        CHECK(trial.run({action, "--test-vm", trial.world.kernel_file}));
        CHECK(trial.world.kernel.log.empty());
        CHECK(trial.world.loaded() == "0");
        CHECK(trial.world.crash_loaded() == "0");
    }
}

TEST_CASE("a second kernel that does not come up is a status of its own") {
    Trial trial;
    trial.outcome.reached = Reached::loaded;
    CHECK(trial.run({"--test-vm", "-p", trial.world.kernel_file}) == not_proven);
    CHECK(has(trial.said.out, "not proven"));
}

TEST_CASE("the running kernel's file is the first kernel, or the one named, or the loaded one") {
    Trial trial;
    REQUIRE(trial.run({"--test-vm", "-l", trial.world.kernel_file}));
    CHECK(trial.first_kernel == trial.kernel);
    CHECK(has(trial.said.out, "the running kernel's own file was not found"));

    Trial running;
    std::string file = kexec::testing::text_of_file(running.world.kernel_file);
    running.world.root.write("/proc/sys/kernel/osrelease", "9.9-test\n");
    running.world.root.write("/boot/vmlinuz-9.9-test", file + "running");
    REQUIRE(running.run({"--test-vm", "-l", running.world.kernel_file}));
    CHECK(running.first_kernel == file + "running");
    CHECK_FALSE(has(running.said.out, "was not found"));

    std::string named = running.world.files.write("/named", file + "named");
    REQUIRE(running.run({"--test-vm=first=" + named, "-l", running.world.kernel_file}));
    CHECK(running.first_kernel == file + "named");

    auto refused =
        running.run({"--test-vm=first=" + running.world.elf_file, "-l", running.world.kernel_file});
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "is no kernel that firmware starts"));
}

TEST_CASE("settings replace the machine's own, and the reservation may be one that is not there") {
    Trial trial;
    trial.world.root.write("/proc/iomem", "00001000-3fffffff : System RAM\n");
    trial.world.root.write("/sys/kernel/kexec_crash_size", "0\n");
    REQUIRE_FALSE(trial.run({"--test-vm", "-p", trial.world.kernel_file}));
    REQUIRE(trial.run({"--test-vm=crash=128M,memory=2G,cpus=3,seconds=77,watch=5,emulator=/opt/qemu", "-p",
                       trial.world.kernel_file}));
    CHECK(trial.rehearsal.first_words == "crashkernel=128M");
    CHECK(trial.rehearsal.machine.memory == std::uint64_t{2} << 30);
    CHECK(trial.rehearsal.machine.processors == 3);
    CHECK(trial.rehearsal.limit == std::chrono::seconds(77));
    CHECK(trial.rehearsal.watch == std::chrono::seconds(5));
    CHECK(trial.rehearsal.emulator == "/opt/qemu");
    CHECK(trial.emulator_asked == "/opt/qemu");
}

TEST_CASE("settings that make no sense are errors that name what is possible") {
    for (auto [text, part] :
         std::vector<std::pair<std::string, std::string>>{{"crash=", "crash= takes a size"},
                                                          {"crash=12", "crash= takes a size"},
                                                          {"cpus=0", "cpus= takes a number from 1"},
                                                          {"cpus=1000", "cpus= takes a number"},
                                                          {"seconds=x", "seconds= takes"},
                                                          {"first=", "first= takes a kernel file"},
                                                          {"disk=/x", "no setting \"disk\""},
                                                          {"memory", "memory= takes a size"}}) {
        auto settings = parse_rehearsal_settings(text);
        INFO(text);
        REQUIRE_FALSE(settings);
        CHECK(settings.error().cause == Cause::bad_usage);
        CHECK(has(settings.error().what, part));
    }
    CHECK(parse_rehearsal_settings("").value().watch == std::chrono::seconds(30));
}

TEST_CASE("what is about this machine's memory is left out, and said") {
    Trial trial;
    REQUIRE(trial.run({"--test-vm", "-l", "--mem-min=0x100000", trial.world.kernel_file}));
    CHECK(trial.rehearsal.options.empty());
    CHECK(has(trial.said.out, "--mem-min is left out"));
}

TEST_CASE("an emulator that is missing ends it before anything else is read") {
    FakeWorld world;
    kexec::test::Outcome said = world.run({"--test-vm=emulator=/nowhere/qemu", "-l", "/nowhere/kernel"});
    CHECK(said.status == 255);
    CHECK(has(said.err, "/nowhere/qemu cannot be read"));
    CHECK(world.run({"--test-vm", "-l"}).status == 255);
}
