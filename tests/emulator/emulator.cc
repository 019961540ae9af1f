// SPDX-License-Identifier: GPL-2.0-or-later
// What the emulator is told, and a "machine" that is a shell script.
#include "emulator/emulator.h"

#include "tests/catch.h"
#include "tests/support/temporary.h"

#include <algorithm>
#include <sys/stat.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

using Words = std::vector<std::string>;

std::string value_behind(const Words &words, std::string_view option) {
    auto found = std::ranges::find(words, option);
    return found == words.end() || found + 1 == words.end() ? "" : found[1];
}

Words arguments(const VirtualMachine &machine, bool accelerated) {
    Emulator emulator{"/qemu", accelerated, "/firmware.fd"};
    Boot boot{.kernel = {}, .initrd = {}, .command_line = "quiet", .more_arguments = {"-device", "x"}};
    return emulator_arguments(emulator, machine, boot, "/kernel", "/initrd");
}

// A program that behaves as `text`, a shell script, says.
std::string script(const TemporaryDirectory &directory, const std::string &text) {
    std::string path = directory.write("/emulator", "#!/bin/sh\n" + text + "\n");
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
    return path;
}

struct Run {
    Ending ending;
    Words lines;
};

Run run_script(const std::string &text, std::chrono::seconds limit, const Hear &hear = {}) {
    TemporaryDirectory directory;
    Emulator emulator{script(directory, text), false, {}};
    Boot boot{.kernel = as_bytes("the kernel"), .initrd = as_bytes("the initrd"), .command_line = "quiet"};
    Run run;
    run.ending = run_machine(emulator, {.arch = "x86_64"}, boot, limit, [&](std::string_view line) {
                     run.lines.emplace_back(line);
                     return hear ? hear(line) : std::nullopt;
                 }).value();
    return run;
}

} // namespace

TEST_CASE("every architecture has an emulator, a machine and a console") {
    for (std::string arch : {"x86_64", "arm64", "ppc64", "s390x"}) {
        Words words = arguments({.arch = arch, .memory = 3ULL << 30, .processors = 7}, false);
        INFO(arch);
        CHECK(value_behind(words, "-m") == "3072M");
        CHECK(value_behind(words, "-smp") == "7");
        CHECK(value_behind(words, "-object").find("size=3072M,reserve=off") != std::string::npos);
        CHECK(value_behind(words, "-kernel") == "/kernel");
        CHECK(value_behind(words, "-initrd") == "/initrd");
        CHECK(value_behind(words, "-append") == "quiet");
        CHECK(value_behind(words, "-device") == "x");
        CHECK(value_behind(words, "-bios").empty());
        CHECK(std::ranges::count(words, "-no-reboot") == 1);
        CHECK(std::ranges::count(words, "kvm") == 0);
        CHECK(console_words(arch).console.starts_with("console="));
    }
    CHECK(console_words("riscv64").console.empty());
}

TEST_CASE("firmware is named where it is not the usual one, and KVM stands before translation") {
    Words words = arguments({.arch = "arm64", .firmware = Firmware::uefi}, true);
    CHECK(value_behind(words, "-bios") == "/firmware.fd");
    CHECK(value_behind(words, "-cpu") == "host");
    CHECK(std::ranges::count(words, "virt,gic-version=max,memory-backend=memory") == 1);
    CHECK(std::ranges::count(arguments({.arch = "arm64"}, true),
                             "virt,gic-version=max,its=off,memory-backend=memory") == 1);
    CHECK(std::ranges::find(words, "kvm") < std::ranges::find(words, "tcg,thread=multi"));
}

TEST_CASE("an emulator that is not there is an error that says what to install") {
    auto foreign = find_emulator("riscv64");
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().what == "no emulator is known for machines of riscv64");
    auto named = find_emulator("x86_64", "/nowhere/qemu");
    REQUIRE_FALSE(named);
    CHECK(named.error().cause == Cause::missing_file);
    CHECK(find_emulator("x86_64", "/bin/sh")->program == "/bin/sh");
}

TEST_CASE("a machine is given kernel and initrd as files in memory, and its lines are heard to the end") {
    Run run = run_script(
        "while [ $# -gt 0 ]; do case $1 in -kernel|-initrd) cat $2; echo;; esac; shift; done; echo bye >&2",
        std::chrono::seconds(60));
    CHECK(run.ending == Ending::by_itself);
    CHECK(run.lines == Words{"the kernel", "the initrd", "bye"});
}

TEST_CASE("a machine is stopped when what was waited for is heard") {
    Run run = run_script("echo one; echo two; exec sleep 1000", std::chrono::seconds(60),
                         [](std::string_view line) {
                             return line == "one" ? std::optional(std::chrono::seconds(0)) : std::nullopt;
                         });
    CHECK(run.ending == Ending::stopped);
    CHECK(run.lines == Words{"one"});
}

TEST_CASE("a machine is ended when its time is over, which a line may set anew") {
    CHECK(run_script("exec sleep 1000", std::chrono::seconds(1)).ending == Ending::out_of_time);
    Run run = run_script("echo on; exec sleep 1000", std::chrono::seconds(1000),
                         [](std::string_view) { return std::optional(std::chrono::seconds(1)); });
    CHECK(run.ending == Ending::out_of_time);
}
