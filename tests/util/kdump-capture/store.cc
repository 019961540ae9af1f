// SPDX-License-Identifier: GPL-2.0-or-later
// A dump stored in a capture kernel: what is there afterwards, and what is kept of how it ended.
#include "util/kdump-capture/store.h"

#include "capture/outcome.h"
#include "dump/flattened.h"
#include "tests/capture/fake_system.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/util/kdump-capture/fake_world.h"

#include <algorithm>
#include <csignal>
#include <fmt/core.h>
#include <sys/stat.h>

using namespace kexec::testing;

namespace kexec::capture {

namespace {

const std::string directory = "127.0.0.1-2023-11-14-22:13:20";

void make_collector(const FakeWorld &fake, std::string_view script) {
    std::string path = fake.files().write("kdump/bin/makedumpfile", "#!/bin/sh\n" + std::string(script));
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
}

Outcome outcome_on_target(const FakeWorld &fake) {
    auto outcome = find_outcome(fake.stored("kdump-capture.outcome"));
    REQUIRE(outcome);
    return *outcome;
}

} // namespace

TEST_CASE("store: log, memory and the capture kernel's own log are in a directory of the crash's time") {
    FakeWorld fake;
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(fake.stored(directory + "/vmcore") == text_of_file(fake.files().path("proc/vmcore")));
    CHECK(fake.stored(directory + "/vmcore-dmesg.txt").find("line 2") != std::string::npos);
    CHECK(fake.stored(directory + "/kexec-dmesg.log") == "of the capture kernel\n");
    Outcome outcome = outcome_on_target(fake);
    CHECK(outcome.saved);
    CHECK(outcome.directory == "/var/crash/" + directory);
    CHECK(outcome.warnings.empty());
    CHECK(fake.done ==
          std::vector<std::string>{"mount /dev/vda /kdump/target ext4 ", "sync", "unmount /kdump/target"});
    CHECK(text_of_file(fake.files().path("dev/pmsg0")).empty());
}

TEST_CASE("store: makedumpfile gets the words of core_collector, the dump and an incomplete name") {
    FakeWorld fake;
    fake.settings.collector = "makedumpfile -l --message-level 7 -d 31";
    make_collector(fake, "for last; do :; done\necho \"$@\" >\"$last\"\n");
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    std::string root = fake.files().path();
    CHECK(fake.stored(directory + "/vmcore") == "-l --message-level 7 -d 31 -f " + root + "/proc/vmcore " +
                                                    root + "/kdump/target/var/crash/" + directory +
                                                    "/vmcore-incomplete\n");
}

TEST_CASE("store: where makedumpfile crashes the dump is copied without it, and that is told") {
    FakeWorld fake;
    fake.settings.collector = "makedumpfile -d 31";
    make_collector(fake, "kill -SEGV $$\n");
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(fake.stored(directory + "/vmcore") == text_of_file(fake.files().path("proc/vmcore")));
    Outcome outcome = outcome_on_target(fake);
    REQUIRE(outcome.warnings.size() == 1);
    CHECK(outcome.warnings.front().find("makedumpfile exited with status 139; going on without it") !=
          std::string::npos);
}

TEST_CASE("store: a dump whose headers cannot be read is stored without its log") {
    FakeWorld fake;
    fake.files().write("proc/vmcore", "no ELF core");
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(fake.stored(directory + "/vmcore") == "no ELF core");
    CHECK(outcome_on_target(fake).warnings.size() == 1);
}

TEST_CASE("store: a device that does not appear fails within the wait, and the reason is kept elsewhere") {
    FakeWorld fake;
    fake.settings.targets.front().source = "LABEL=unplugged";
    fake.settings.device_wait = 7;
    double start = fake.world.seconds();
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(fake.world.seconds() - start < 8);
    CHECK(fake.console.find("waiting for LABEL=unplugged") != std::string::npos);
    auto outcome = find_outcome(text_of_file(fake.files().path("dev/pmsg0")));
    REQUIRE(outcome);
    CHECK_FALSE(outcome->saved);
    CHECK(outcome->what == "LABEL=unplugged did not appear within 7 seconds");
    CHECK(text_of_file(fake.files().path("dev/kmsg")).find("kdump-capture: ") == 0);
}

TEST_CASE("store: where pstore takes no messages, the kernel is told to keep its log at the end") {
    FakeWorld fake;
    fake.settings.targets.front().source = "LABEL=unplugged";
    std::string keeping = "sys/module/printk/parameters/always_kmsg_dump";
    fake.files().write(keeping, "N");
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(text_of_file(fake.files().path(keeping)) == "N");
    fake.files().remove("dev/pmsg0");
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(text_of_file(fake.files().path(keeping)) == "Y");
}

TEST_CASE("store: the next target is tried where one fails") {
    FakeWorld fake;
    Target first = fake.settings.targets.front();
    first.source = "LABEL=unplugged";
    fake.settings.targets.insert(fake.settings.targets.begin(), first);
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    Outcome outcome = outcome_on_target(fake);
    CHECK(outcome.saved);
    REQUIRE(outcome.warnings.size() == 1);
    CHECK(outcome.warnings.front().ends_with("going on with the next target"));
    fake.files().write("proc/self/mountinfo", "1 1 0:2 / / rw - rootfs rootfs rw\n");
    fake.settings.targets.front() = {.type = "directory", .source = "", .path = "/kdumproot/dumps"};
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(
        outcome_on_target(fake).warnings.at(0).starts_with("directory /kdumproot/dumps: nothing is mounted"));
}

TEST_CASE("store: without a dump nothing is mounted") {
    FakeWorld fake;
    fake.files().remove("proc/vmcore");
    CHECK(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(fake.done.empty());
    CHECK(fake.console.find("kdump-capture: there is no /proc/vmcore") != std::string::npos);
    CHECK(find_outcome(text_of_file(fake.files().path("dev/pmsg0")))->what.find("/proc/vmcore") !=
          std::string::npos);
}

TEST_CASE("store: a second dump of the same second has a directory of its own") {
    FakeWorld fake;
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(fake.has("kdump/target/var/crash/" + directory + "-2/vmcore"));
}

TEST_CASE("store: a dump of a second that has a hundred others is written over none of them") {
    FakeWorld fake;
    std::string place = "kdump/target/var/crash/" + directory;
    fake.files().write(place + "/vmcore", "the first");
    for (unsigned i = 2; i <= 120; i++)
        fake.files().write(fmt::format("{}-{}/vmcore", place, i), fmt::format("number {}", i));
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(text_of_file(fake.files().path(place + "/vmcore")) == "the first");
    for (unsigned i = 2; i <= 120; i++)
        CHECK(text_of_file(fake.files().path(fmt::format("{}-{}/vmcore", place, i))) ==
              fmt::format("number {}", i));
    CHECK(fake.has(place + "-121/vmcore"));
}

TEST_CASE("store: a raw device gets the dump in the flattened format from its first byte on") {
    FakeWorld fake;
    fake.settings.targets = {{.type = "raw", .source = "/dev/vda", .size = 1 << 20}};
    fake.files().add("dev/vda", Buffer(1 << 20));
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(is_flattened(as_bytes(text_of_file(fake.files().path("dev/vda")))));
    CHECK(fake.console.starts_with("kdump-capture: storing the dump on /dev/vda\n"));
    CHECK(find_outcome(text_of_file(fake.files().path("dev/pmsg0")))->saved);
}

TEST_CASE("store: a raw device that is another one is not written to") {
    FakeWorld fake;
    fake.settings.targets = {{.type = "raw", .source = "/dev/vda", .size = 2 << 20}};
    std::string before = text_of_file(fake.files().path("dev/vda"));
    CHECK(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(fake.console.find("/dev/vda has 1048576 bytes, the target had 2097152") != std::string::npos);
    fake.settings.targets.front().size = 1 << 20;
    CHECK(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(fake.console.find("/dev/vda has a file system on it (ext4)") != std::string::npos);
    CHECK(text_of_file(fake.files().path("dev/vda")) == before);
}

TEST_CASE("store: all devices of a btrfs are made known before it is mounted") {
    FakeWorld fake;
    for (std::string name : {"vda", "vdb"}) {
        fake.files().add("dev/" + name, made_superblock("btrfs", '1', "disk"));
        fake.files().write("sys/class/block/" + name + "/size", "2048\n");
    }
    fake.settings.targets.front().type = "btrfs";
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(fake.done[0] == "scan /dev/vda");
    CHECK(fake.done[1] == "scan /dev/vdb");
}

TEST_CASE(
    "store: a directory that nothing is mounted at would be gone with the capture kernel, and is refused") {
    FakeWorld fake;
    fake.settings.targets = {{.type = "directory", .source = "", .path = "/kdumproot/dumps"}};
    std::string root = "1 1 0:2 / / rw - rootfs rootfs rw\n";
    fake.files().write("proc/self/mountinfo", root);
    fake.files().write("kdump/mount-said", "mount.nfs: access denied by server\n\n");
    CHECK(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(
        fake.console.find("nothing is mounted for /kdumproot/dumps: mount.nfs: access denied by server\n") !=
        std::string::npos);
    CHECK_FALSE(fake.has("kdumproot"));
    fake.files().write("proc/self/mountinfo", root + "2 1 0:9 / /kdumproot rw - nfs4 server:/crash rw\n");
    CHECK(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(fake.has("kdumproot/dumps/" + directory + "/vmcore"));
}

// A shell on this machine in the place of the other one's.
void make_ssh(FakeWorld &fake, std::string_view script) {
    std::string path =
        fake.files().write("bin/ssh", "#!/bin/sh\necho \"$@\" >>" + fake.files().path("called") +
                                          "\nfor command; do :; done\n" + std::string(script));
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
    fake.settings.targets = {
        {.type = "ssh", .source = "user@host", .path = fake.files().path("there's a place"), .key = "/key"}};
    fake.settings.address = "10.0.0.1";
    fake.settings.device_wait = 12;
}

TEST_CASE("store: ssh gets both logs and the dump, each under its name when it is whole") {
    FakeWorld fake;
    make_ssh(fake, "exec sh -c \"$command\"\n");
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    std::string place = "there's a place/10.0.0.1-2023-11-14-22:13:20/";
    CHECK(is_flattened(as_bytes(text_of_file(fake.files().path(place + "vmcore.flat")))));
    CHECK(text_of_file(fake.files().path(place + "vmcore-dmesg.txt")).find("line 2") != std::string::npos);
    CHECK(text_of_file(fake.files().path(place + "kexec-dmesg.log")) == "of the capture kernel\n");
    CHECK_FALSE(fake.has(place + "vmcore.flat-incomplete"));
    CHECK(text_of_file(fake.files().path("called"))
              .starts_with("-o BatchMode=yes -o StrictHostKeyChecking=yes -o "
                           "ConnectTimeout=30 -i /key user@host "));
}

TEST_CASE("store: a second dump of the same second has a directory of its own behind ssh too") {
    FakeWorld fake;
    make_ssh(fake, "exec sh -c \"$command\"\n");
    std::string place = "there's a place/10.0.0.1-2023-11-14-22:13:20";
    fake.files().write(place + "/vmcore.flat", "an earlier one");
    fake.files().write(place + "-2/vmcore.flat", "a later one");
    REQUIRE(store_dump(fake.world, fake.settings) == Ending::saved);
    CHECK(text_of_file(fake.files().path(place + "/vmcore.flat")) == "an earlier one");
    CHECK(text_of_file(fake.files().path(place + "-2/vmcore.flat")) == "a later one");
    CHECK(is_flattened(as_bytes(text_of_file(fake.files().path(place + "-3/vmcore.flat")))));
    CHECK(fake.console.find("storing the dump in " + fake.files().path(place) + "-3 of user@host") !=
          std::string::npos);
}

TEST_CASE("store: ssh that is refused is tried for a while, then the host is named") {
    FakeWorld fake;
    make_ssh(fake, "echo 'Warning: something' >&2\necho 'user@host: Permission denied' >&2\nexit 255\n");
    CHECK(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(fake.console.find("user@host cannot be reached: ssh exited with status 255: user@host: Permission "
                            "denied\n") != std::string::npos);
    CHECK(fake.console.find("Warning: something\n") != std::string::npos);
    std::string called = text_of_file(fake.files().path("called"));
    CHECK(std::count(called.begin(), called.end(), '\n') == 3);
}

TEST_CASE("store: a dump that ssh takes only half of has no name there") {
    FakeWorld fake;
    std::signal(SIGPIPE, SIG_IGN);
    make_ssh(fake, "case $command in *flat*) exit 1;; esac\nexec sh -c \"$command\"\n");
    CHECK(store_dump(fake.world, fake.settings) == Ending::failed);
    CHECK(fake.has("there's a place/10.0.0.1-2023-11-14-22:13:20/vmcore-dmesg.txt"));
    CHECK_FALSE(fake.has("there's a place/10.0.0.1-2023-11-14-22:13:20/vmcore.flat"));
}

// Scripts that write down what they were called as; those whose names end in _bad fail.
std::string add_script(const FakeWorld &fake, const std::string &name) {
    std::string path =
        fake.files().write(name, "#!/bin/sh\necho \"${0##*/} $*\" >>" + fake.files().path("said") +
                                     "\n[ \"${0%_bad}\" = \"$0\" ]\n");
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
    return "/" + name;
}

TEST_CASE("store: where kdump_pre fails there is no dump, and nothing else runs") {
    FakeWorld fake;
    fake.settings.pre = add_script(fake, "pre_bad");
    fake.settings.pre_scripts = {add_script(fake, "a")};
    fake.settings.post = add_script(fake, "post");
    fake.settings.post_scripts = {add_script(fake, "b")};
    CHECK(store_dump(fake.world, fake.settings) == Ending::left_out);
    CHECK(text_of_file(fake.files().path("said")) == "pre_bad \n");
    CHECK(fake.done.empty());
    CHECK(fake.console.find("the dump was left out: /pre_bad exited with status 1\n") != std::string::npos);
}

TEST_CASE("store: scripts run around the dump in their order, and those behind are told how it ended") {
    FakeWorld fake;
    fake.settings.pre = add_script(fake, "pre");
    fake.settings.pre_scripts = {add_script(fake, "a_bad"), add_script(fake, "b")};
    fake.settings.post = add_script(fake, "post");
    fake.settings.post_scripts = {add_script(fake, "c"), add_script(fake, "d_bad")};
    Ending ending = store_dump(fake.world, fake.settings);
    std::string status = ending == Ending::saved ? "0" : "1";
    CHECK(text_of_file(fake.files().path("said")) ==
          "pre \na_bad \nb \nc " + status + "\nd_bad " + status + "\npost " + status + "\n");
    CHECK(fake.console.find("/a_bad exited with status 1; going on\n") != std::string::npos);
}

} // namespace kexec::capture
