// SPDX-License-Identifier: GPL-2.0-or-later
// What the command prints and exits with.
#include "util/fadump/command.h"

#include "tests/catch.h"
#include "tests/util/fadump/fake_machine.h"

using namespace kexec::fadump;
using kexec::fadump::test::FakeMachine;
using kexec::fadump::test::Ran;

TEST_CASE("wrong usage is told in two lines, and exits 2", "[command]") {
    Ran ran = FakeMachine().run({"stat"});
    CHECK(ran.outcome == Outcome::bad_usage);
    CHECK(ran.err ==
          "fadump: there is no word \"stat\"\n        fadump --help lists the words and options\n");
    CHECK(ran.out.empty());
}

TEST_CASE("help and version go to standard output", "[command]") {
    CHECK(FakeMachine().run({"--help"}).out.starts_with("usage: fadump"));
    CHECK(FakeMachine().run({"--version"}).out.starts_with("fadump of kexec-tools 2.0.32+toolkit."));
    CHECK(FakeMachine().run({"--help"}).outcome == Outcome::done);
}

TEST_CASE("status exits by what the kernel says", "[command]") {
    FakeMachine machine;
    CHECK(machine.run({"status"}).outcome == Outcome::not_armed);
    machine.run({"register"});
    CHECK(machine.run({"status", "--json"}).outcome == Outcome::done);
    machine.crash();
    CHECK(machine.run({"status"}).outcome == Outcome::dump_waiting);
    machine.root.write(machine.path_of("enabled"), "maybe\n");
    Ran ran = machine.run({"status"});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(ran.out.empty());
}

TEST_CASE("regions need debugfs", "[command]") {
    FakeMachine machine;
    Ran ran = machine.run({"regions"});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(ran.err.find("mount -t debugfs") != std::string::npos);
    machine.root.write("/sys/kernel/debug/powerpc/fadump_region",
                       "CPU :[0x00000030000000-0x0000003000050f] 0x510 bytes, Dumped: 0x0\nNEWS\n");
    CHECK(machine.run({"regions"}).out ==
          "region memory                     kept at                           bytes       dumped\n"
          "CPU    -                          30000000-3000050f                  1296            0\n"
          "not understood: NEWS\n");
    CHECK(machine.run({"regions", "--json"}).out ==
          "{\"regions\":[{\"name\":\"CPU\",\"source\":null,\"destination\":805306368,\"size\":1296,"
          "\"dumped\":0}],"
          "\"kept_above\":null,\"boot_memory\":0,\"unknown\":[\"NEWS\"]}\n");
}

TEST_CASE("a recommendation is for this machine or for a size", "[command]") {
    FakeMachine machine;
    CHECK(machine.run({"recommend"}).out ==
          "crashkernel=768M\nThis is for 8G of memory; without crashkernel= the "
          "kernel takes 320M.\n");
    CHECK(machine.run({"recommend", "--memory=1T", "--json"}).out ==
          "{\"memory\":1099511627776,\"recommended\":6442450944,\"parameter\":\"crashkernel=6G\","
          "\"default\":54760833024}\n");
    Ran small = machine.run({"recommend", "--memory=2G"});
    CHECK(small.outcome == Outcome::failed);
    CHECK(small.err.find("they start at 4G") != std::string::npos);
    machine.root.write("/proc/iomem", "00000000-00000000 : System RAM\n");
    CHECK(machine.run({"recommend"}).err.find("run this as root") != std::string::npos);
}

TEST_CASE("an output that cannot be written is no success", "[command]") {
    FakeMachine machine;
    World world{.root = machine.root.path(),
                .print = [](std::string_view) { return false; },
                .complain = [](std::string_view) {},
                .write = {},
                .makedumpfile = {}};
    const char *words[] = {"status"};
    CHECK(run_command(world, words) == Outcome::failed);
}
