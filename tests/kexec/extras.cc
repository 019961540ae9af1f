// SPDX-License-Identifier: GPL-2.0-or-later
// --plan and --record on a made-up machine: nothing is called, a recording gives the plan that its machine
// gives, and what cannot be right is refused before anything is looked at.
#include "kexec/extras.h"

#include "extras/recording.h"
#include "extras/tar.h"
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"
#include "tests/support/bundle.h"
#include "tests/support/files.h"

#include <filesystem>
#include <fmt/format.h>

using namespace kexec;
using namespace kexec::test;
using namespace kexec::testing;

namespace {

// The kept machine as a directory.
std::string laid_out(const std::string &name, const TemporaryDirectory &directory) {
    Snapshot snapshot = recorded_machine(name);
    for (std::string_view path : snapshot.paths())
        if (auto content = snapshot.bytes(path))
            directory.add(std::string(path), *content);
    return directory.path();
}

std::string recording_of(const std::string &name, const TemporaryDirectory &directory) {
    Recording recording{name.substr(0, name.find('-')), recorded_machine(name)};
    return directory.add("/" + name + ".rec", write_recording(recording).value());
}

std::string bzimage(const TemporaryDirectory &directory) { return directory.add("/bzImage", bzimage_file()); }

} // namespace

TEST_CASE("--plan prints the plan, calls nothing and needs no privilege") {
    for (std::string word : {"-l", "-p", "-f", "-d"}) {
        FakeWorld world;
        world.kernel.privileged = false;
        Outcome outcome = world.run({"--plan", word, world.kernel_file, "--append=quiet"});
        INFO(word << outcome.err);
        CHECK(outcome.status == 0);
        CHECK(outcome.err.empty());
        CHECK(has(outcome.out, "plan: load a "));
        CHECK(has(outcome.out, "quiet"));
        CHECK(world.kernel.log.empty());
        CHECK(world.loaded() == "0");
        CHECK(world.crash_loaded() == "0");
    }
}

TEST_CASE("wherever --plan stands it keeps the others from acting") {
    for (std::vector<std::string> words : std::vector<std::vector<std::string>>{{"-u", "--plan"},
                                                                                {"-e", "--plan"},
                                                                                {"--plan", "-u", "-p"},
                                                                                {"-f", "--plan=json"},
                                                                                {"-e", "-x", "--plan"}}) {
        FakeWorld world;
        words.push_back(world.kernel_file);
        CHECK(world.run(words).status == 0);
        CHECK(world.kernel.log.empty());
        words.pop_back();
        CHECK(world.run(words).status != 0);
        CHECK(world.kernel.log.empty());
    }
}

TEST_CASE("a plan can be printed in every form, and in no other") {
    FakeWorld world;
    CHECK(world.run({"--plan=json", world.kernel_file}).out.starts_with("{\n  \"version\": 1,\n"));
    CHECK(world.run({"--plan=text", world.kernel_file}).out == world.run({"--plan", world.kernel_file}).out);
    Outcome outcome = world.run({"--plan=xml", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(has(outcome.err, "a plan cannot be printed as \"xml\""));
}

TEST_CASE("what is warned of stands in the plan") {
    FakeWorld world;
    Outcome outcome = world.run({"--plan", "--elf32-core-headers", world.kernel_file});
    CHECK(outcome.err.empty());
    CHECK(has(outcome.out, "\nwarning: --elf32-core-headers has no effect: "));
}

TEST_CASE("a plan that cannot be made is the error of the load") {
    FakeWorld world;
    world.root.write("/proc/iomem", "00001000-3fffffff : System RAM\n");
    Outcome outcome = world.run({"--plan", "-p", world.kernel_file});
    CHECK(outcome.status != 0);
    CHECK(outcome.err == world.run({"-p", world.kernel_file}).err);
}

TEST_CASE("--root and --arch are for what only looks") {
    for (std::string option : {"--root=/x", "--arch=arm64"})
        for (std::string action :
             {"-l", "-p", "-e", "-u", "-f", "--record=/nowhere/x", "--loaded", "--test-vm"}) {
            FakeWorld world;
            std::vector<std::string> words = {action, option};
            if (action == "-l" || action == "-p" || action == "-f" || action == "--test-vm")
                words.push_back(world.kernel_file);
            Outcome outcome = world.run(words);
            INFO(option << " " << action);
            CHECK(outcome.status == 1);
            CHECK(has(outcome.err, "is for looking, and none of --plan, --inspect and --doctor is given"));
            CHECK(world.kernel.log.empty());
        }
}

TEST_CASE("a machine, its directory and its recording give the same plan") {
    for (std::string name : {"x86_64-uefi-1g", "x86_64-above-4g"}) {
        TemporaryDirectory root, files;
        std::string directory = laid_out(name, root), recording = recording_of(name, files);
        for (std::string form : {"text", "json"}) {
            FakeWorld world;
            std::vector<std::string> words = {"--plan=" + form, "-p", "-c", bzimage(files),
                                              "--reuse-cmdline"};
            auto with_root = [&](const std::string &path) {
                std::vector<std::string> more = words;
                more.push_back("--root=" + path);
                return world.run_on(*arch_named("x86_64"), more).out;
            };
            std::string plan = with_root(directory);
            INFO(name << plan);
            CHECK(plan.size() > 1000);
            CHECK(with_root(recording) == plan);
        }
    }
}

TEST_CASE("a machine records itself: the file gives the plan that the machine gives") {
    FakeWorld world;
    std::string recording = world.files.path("/machine.rec");
    Outcome outcome = world.run({"--record=" + recording});
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "/proc/iomem\n"));
    CHECK(has(outcome.out, recording + ": "));
    CHECK(world.kernel.log.empty());
    std::string live = world.run({"--plan=json", "-p", world.kernel_file}).out;
    world.root.write("/proc/iomem", "00001000-0fffffff : System RAM\n");
    CHECK(world.run({"--plan=json", "-p", world.kernel_file, "--root=" + recording}).out == live);
}

TEST_CASE("a recording is not written over a file, and not beside a load") {
    FakeWorld world;
    std::string there = world.files.write("/there", "precious");
    Outcome outcome = world.run({"--record=" + there});
    CHECK(outcome.status != 0);
    CHECK(text_of_file(there) == "precious");
    CHECK(world.run({"--record=/nowhere/at/all"}).status != 0);
    CHECK(world.run({"--record=" + world.files.path("/a"), "--plan", world.kernel_file}).status != 0);
    CHECK_FALSE(std::filesystem::exists(world.files.path("/a")));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("a machine that no plan can be made for is recorded, for whoever looks into it") {
    FakeWorld world;
    world.root.remove("/proc/iomem");
    Outcome outcome = world.run({"--record=" + world.files.path("/a")});
    CHECK(outcome.status == 0);
    CHECK(has(outcome.err, "no plan can be made for this machine: /proc/iomem"));
    CHECK(std::filesystem::exists(world.files.path("/a")));
}

TEST_CASE("a plan for another architecture takes that one's options and files") {
    TemporaryDirectory files;
    std::string recording = recording_of("s390x-1g", files);
    FakeWorld world;
    Outcome outcome = world.run_on(*arch_named("x86_64"), {"--plan", "--root=" + recording, bzimage(files)});
    CHECK(outcome.status != 0);
    CHECK(has(outcome.err, "it is none of: image, elf-s390x"));
    std::string arm64 = recording_of("arm64-rk3399-4.4", files);
    for (std::vector<std::string> more : std::vector<std::vector<std::string>>{{}, {"--arch=aarch64"}}) {
        std::vector<std::string> words = {"--plan", "--root=" + arm64, "--caches-off", "/nowhere"};
        words.insert(words.end(), more.begin(), more.end());
        CHECK(has(world.run_on(*arch_named("x86_64"), words).err, "/nowhere"));
    }
}

TEST_CASE("an architecture that is not known, or not the recording's, is refused") {
    TemporaryDirectory files;
    std::string recording = recording_of("s390x-1g", files), kernel = bzimage(files);
    FakeWorld world;
    Outcome outcome = world.run_on(*arch_named("x86_64"), {"--plan", "--arch=vax", kernel});
    CHECK(outcome.status != 0);
    CHECK(has(outcome.err, "--arch names the architecture \"vax\", this program knows "));
    outcome = world.run_on(*arch_named("x86_64"), {"--plan", "--arch=arm64", "--root=" + recording, kernel});
    CHECK(has(outcome.err, "is the recording of a machine of architecture s390x, and --arch=arm64 is given"));
    Buffer unknown = write_recording({"riscv64", recorded_machine("s390x-1g")}).value();
    std::string other = files.add("/other", unknown);
    outcome = world.run_on(*arch_named("x86_64"), {"--plan", "--root=" + other, kernel});
    CHECK(has(outcome.err, "names the architecture \"riscv64\""));
}

TEST_CASE("a kernel is looked at as the machine of a recording, or of --arch, would look") {
    TemporaryDirectory files;
    std::string kernel = bzimage(files);
    FakeWorld world;
    const Arch &own = *arch_named("s390x");
    std::string unnamed = world.run_on(own, {"--inspect", kernel}).out;
    CHECK(has(unnamed, " of x86_64\n"));
    std::string recording = recording_of("x86_64-bios-1g", files);
    for (const std::string &option :
         std::vector<std::string>{"--root=" + recording, "--root=/", "--arch=x86_64"}) {
        INFO(option);
        std::vector<std::string> words = {"--inspect", option, kernel};
        if (option == "--root=/")
            words.push_back("--arch=x86_64");
        Outcome outcome = world.run_on(own, words);
        CHECK(outcome.status == 0);
        CHECK(outcome.out == unnamed);
    }
    for (const std::string &option :
         {"--root=" + recording_of("arm64-rk3399-4.4", files), std::string("--arch=arm64")})
        CHECK(has(world.run_on(own, {"--inspect", option, kernel}).err, "it is none of: vmlinux, Image, "));
    CHECK(has(world.run_on(own, {"--inspect", "--arch=vax", kernel}).err, "names the architecture \"vax\""));
    CHECK(has(world.run_on(own, {"--inspect", "--arch=arm64", "--root=" + recording, kernel}).err,
              "is the recording of a machine of architecture x86_64, and --arch=arm64 is given"));
    CHECK(has(world.run_on(own, {"--inspect", "--root=" + kernel, kernel}).err, kernel + ": "));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("a hostile recording is refused, and nothing is written anywhere") {
    TemporaryDirectory files;
    std::string kernel = bzimage(files);
    std::string list = "kexec-recording 1\narch x86_64\n";
    FakeWorld world;
    auto before = std::distance(std::filesystem::recursive_directory_iterator(files.path()), {});
    for (std::string path : {"../../tmp/x", "/etc/x", "a/../../x"}) {
        Buffer archive = write_tar({{"kexec-recording", as_bytes(list)}, {path, as_bytes("x")}});
        std::string recording = files.add("/hostile", archive);
        Outcome outcome = world.run_on(*arch_named("x86_64"), {"--plan", "--root=" + recording, kernel});
        CHECK(outcome.status != 0);
        CHECK(outcome.out.empty());
        CHECK(has(outcome.err, "hostile: the recording holds a path that leads out of it"));
    }
    CHECK(std::distance(std::filesystem::recursive_directory_iterator(files.path()), {}) == before + 1);
    Outcome outcome = world.run_on(*arch_named("x86_64"), {"--plan", "--root=" + kernel, kernel});
    CHECK(has(outcome.err, "is no recording of a machine"));
    CHECK(has(world.run({"--plan", "--root=/nowhere", kernel}).err, "/nowhere"));
}

TEST_CASE("a recording has no boot menu") {
    TemporaryDirectory files;
    FakeWorld world;
    std::string recording = recording_of("x86_64-bios-1g", files);
    CHECK(has(world.run({"--plan", "--root=" + recording, "--load-entry=default"}).err,
              "a recording holds no boot menu"));
}
