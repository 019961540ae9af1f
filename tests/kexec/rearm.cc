// SPDX-License-Identifier: GPL-2.0-or-later
// After a crash kernel was refused: the old one is loaded again, or it is said that none is armed.
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <cerrno>

using namespace kexec;
using namespace kexec::test;

namespace {

using Log = std::vector<std::string>;

// A world in which a crash kernel was loaded by this program.
struct Armed : FakeWorld {
    Armed() {
        REQUIRE(run({"-p", "-c", "--append=old luks.key=sesame", "--initrd=" + initrd_file, kernel_file})
                    .status == 0);
        REQUIRE(crash_loaded() == "1");
        kernel.log.clear();
    }
    Outcome load_another() { return run({"-p", "-c", "--append=new", kernel_file}); }
};

const std::string call = "kexec_load segments 2 flags 0x3e0001";

} // namespace

TEST_CASE("the recorded crash kernel is loaded again with the whole command line it had") {
    Armed world;
    world.kernel.load_answers = {EADDRNOTAVAIL};
    Outcome outcome = world.load_another();
    CHECK(outcome.status == 255);
    CHECK(world.kernel.log == Log{call, call});
    CHECK(world.kernel.last_segment_contents.back() == "old luks.key=sesame");
    CHECK(world.crash_loaded() == "1");
    CHECK(outcome.err.starts_with("kexec_load failed: Cannot assign requested address"));
    CHECK(contains(outcome.err, "which has been loaded again: " + world.kernel_file));
    CHECK_FALSE(contains(outcome.err, "leaves no dump"));
    CHECK(contains(world.run({"--loaded"}).out, "command line: old luks.key=(hidden)"));
}

TEST_CASE("a refusal that leaves the old crash kernel alone needs nothing") {
    for (int number : {EPERM, EBUSY}) {
        Armed world;
        world.kernel.load_answers = std::deque<int>(50, number);
        Outcome outcome = world.load_another();
        CHECK(world.crash_loaded() == "1");
        CHECK_FALSE(contains(outcome.err, "loaded again"));
        CHECK_FALSE(contains(outcome.err, "leaves no dump"));
    }
}

TEST_CASE("a file that changed or went is not loaded again, and the reason is named") {
    for (const char *content : {"another ramdisk", "longer than the initial ramdisk was", ""}) {
        Armed world;
        if (*content)
            world.files.write("/initrd", content);
        else
            world.files.remove("/initrd");
        world.kernel.load_answers = {EADDRNOTAVAIL};
        Outcome outcome = world.load_another();
        CHECK(world.kernel.log == Log{call});
        CHECK(world.crash_loaded() == "0");
        CHECK(contains(outcome.err,
                       "the crash kernel that was loaded before is gone, and a panic now leaves no"));
        CHECK(contains(outcome.err, "the old crash kernel was not loaded again: "));
        CHECK(contains(outcome.err, world.initrd_file));
        CHECK(world.run({"--loaded"}).out.find("crash kernel: not loaded\n") != std::string::npos);
    }
}

TEST_CASE("without a record none is armed") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    world.kernel.load_answers = {EADDRNOTAVAIL};
    Outcome outcome = world.run({"-p", "-c", world.kernel_file});
    CHECK(contains(outcome.err, "how it was loaded is not recorded"));
    CHECK(contains(outcome.err, "a panic now leaves no dump"));
}

TEST_CASE("a kernel that refuses the old one, too, is tried once") {
    Armed world;
    world.kernel.load_answers = {EADDRNOTAVAIL, ENOMEM};
    Outcome outcome = world.load_another();
    CHECK(world.kernel.log == Log{call, call});
    CHECK(outcome.err.starts_with("kexec_load failed: Cannot assign requested address"));
    CHECK(contains(outcome.err, "not loaded again: kexec_load failed: Cannot allocate memory"));
}

TEST_CASE("several initial ramdisks and changed words come back as they were") {
    FakeWorld world;
    std::string more = world.files.write("/more", "another");
    world.run({"-p", "-s", "--append=a b", "--remove-arg=a", "--add-arg=c", "--initrd=" + world.initrd_file,
               "--add-initrd=" + more, world.kernel_file});
    REQUIRE(world.kernel.last_command_line == "b c");
    world.kernel.load_answers = {EADDRNOTAVAIL};
    CHECK(contains(world.run({"-p", world.elf_file}).err, "has been loaded again"));
    CHECK(world.kernel.log.back() == "kexec_file_load kernel true initrd true flags 0x2");
    CHECK(world.kernel.last_command_line == "b c");
    std::string shown = world.run({"--loaded"}).out;
    CHECK(contains(shown, "  initrd " + world.initrd_file + ", 15 bytes"));
    CHECK(contains(shown, "  initrd " + more + ", 7 bytes"));
}

TEST_CASE("the options that the old one was loaded with are used again") {
    FakeWorld world;
    world.run({"-d", "-p", "-s", "--no-cma", "--reuse-cmdline", "--append=more", world.kernel_file});
    REQUIRE(world.kernel.log == Log{"kexec_file_load kernel true initrd false flags 0x1e"});
    world.kernel.load_answers = {EADDRNOTAVAIL};
    CHECK(world.run({"-p", world.elf_file}).status == 255);
    CHECK(world.kernel.log.back() == "kexec_file_load kernel true initrd false flags 0x16");
    CHECK(world.kernel.last_command_line == "root=/dev/vda1 quiet more");
}
