// SPDX-License-Identifier: GPL-2.0-or-later
// The command as a whole, in front of a fake kernel: what it calls, says, and exits with.
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <algorithm>
#include <cerrno>

using namespace kexec;
using namespace kexec::test;

namespace {

using Log = std::vector<std::string>;

} // namespace

TEST_CASE("-S is silent, makes no call, and exits with what sysfs says") {
    FakeWorld world;
    for (const char *content : {"0\n", "1\n"}) {
        world.root.write("/sys/kernel/kexec_crash_loaded", content);
        world.root.write("/sys/kernel/kexec_loaded", content[0] == '0' ? "1\n" : "0\n");
        Outcome crash = world.run({"-S"}), both = world.run({"-d", "-S"}),
                normal = world.run({"-l", "-S", "stray"});
        CHECK(crash.status == content[0] - '0');
        CHECK(both.status == crash.status);
        CHECK(normal.status == 1 - crash.status);
        CHECK((crash.out + crash.err + normal.out + normal.err).empty());
    }
    world.root.write("/sys/kernel/kexec_crash_loaded", "what\n");
    CHECK(world.run({"-S"}).status == 255);
    world.root.remove("/sys/kernel/kexec_crash_loaded");
    CHECK(world.run({"-S", "-p"}).status == 255);
    CHECK(world.kernel.log.empty());
}

TEST_CASE("-S answers without a reservation and without privilege, on every architecture") {
    FakeWorld world;
    world.kernel.privileged = false;
    world.root.write("/sys/kernel/kexec_crash_size", "0\n");
    for (const Arch *arch : all_archs())
        CHECK(world.run_on(*arch, {"-p", "-S"}).status == 0);
}

TEST_CASE(
    "-h and -v go to stdout and end with 0; an unknown option prints the usage text there and ends with 1") {
    FakeWorld world;
    Outcome help = world.run({"-l", "-h", "--nonsense"});
    CHECK(help.status == 0);
    CHECK(contains(help.out, "Usage: kexec [OPTION]... [kernel]"));
    CHECK(help.err.empty());
    CHECK(world.run({"-v"}).out.starts_with("kexec-tools 2.0.32+toolkit."));
    Outcome unknown = world.run({"--nonsense", "-h"});
    CHECK(unknown.status == 1);
    CHECK(unknown.err.starts_with("kexec: unrecognized option '--nonsense'\n"));
    CHECK(unknown.out == help.out);
    Outcome question = world.run({"-?"});
    CHECK(question.status == 1);
    CHECK(question.out == help.out);
    CHECK(question.err.empty());
}

TEST_CASE("--print-ckr-size prints bytes") {
    FakeWorld world;
    CHECK(world.run({"--print-ckr-size", "--nonsense"}).out == "268435456\n");
    world.root.remove("/sys/kernel/kexec_crash_size");
    Outcome none = world.run({"--print-ckr-size"});
    CHECK(none.out == "0\n");
    CHECK(none.status == 0);
}

TEST_CASE("the names of Linux 6.19 and later below /sys/kernel/kexec serve where the old ones are gone") {
    FakeWorld world;
    for (const char *name : {"loaded", "crash_loaded", "crash_size"})
        world.root.remove("/sys/kernel/kexec_" + std::string(name));
    world.root.write("/sys/kernel/kexec/crash_size", "1048576\n");
    world.root.write("/sys/kernel/kexec/loaded", "1\n");
    world.root.write("/sys/kernel/kexec/crash_loaded", "0\n");
    CHECK(world.run({"-S", "-l"}).status == 1);
    CHECK(world.run({"-S"}).status == 0);
    CHECK(world.run({"--print-ckr-size"}).out == "1048576\n");
    CHECK(contains(world.run({"--loaded"}).out, "kernel for the next reboot: loaded"));
    CHECK(world.kernel.log.empty());
    CHECK(world.run({"-e", "-x", "-y"}).status == 255);
    CHECK(world.kernel.log == Log{"reboot"});
    world.root.write("/sys/kernel/kexec/loaded", "0\n");
    CHECK(contains(world.run({"-e"}).err, "Nothing has been loaded!"));
    world.root.write("/sys/kernel/kexec/crash_elfcorehdr_size", "65536\n");
    CHECK(world.run({"-p", "--hotplug", world.kernel_file}).status == 0);
}

TEST_CASE("-u takes the file call first, and the other where there is none") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_loaded", "1\n");
    CHECK(world.run({"-u"}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_file_load kernel false initrd false flags 0x1"});
    CHECK(world.kernel.last_command_line == "(none)");
    CHECK(world.loaded() == "0");
    world.kernel.log.clear();
    world.kernel.file_load_answers = {ENOSYS};
    CHECK(world.run({"-u"}).status == 0);
    CHECK(world.kernel.log ==
          Log{"kexec_file_load kernel false initrd false flags 0x1", "kexec_load segments 0 flags 0x3e0000"});
    world.kernel.log.clear();
    CHECK(world.run({"-c", "-u"}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_load segments 0 flags 0x3e0000"});
}

TEST_CASE("-u goes over to kexec_load where the file call cannot, and not where that is shut") {
    FakeWorld world;
    world.kernel.file_load_answers = {EOPNOTSUPP, EOPNOTSUPP};
    CHECK(world.run({"-u"}).status == 0);
    CHECK(world.kernel.log.size() == 2);
    world.kernel.log.clear();
    world.root.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    CHECK(world.run({"-u"}).status == 255);
    CHECK(world.kernel.log.size() == 1);
}

TEST_CASE("-u with -p means the crash kernel, in either order") {
    for (const std::vector<std::string> &line :
         {std::vector<std::string>{"-p", "-u"}, {"-u", "-p"}, {"-s", "-up"}}) {
        FakeWorld world;
        world.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
        CHECK(world.run(line).status == 0);
        CHECK(world.kernel.log == Log{"kexec_file_load kernel false initrd false flags 0x3"});
        CHECK(world.crash_loaded() == "0");
    }
}

TEST_CASE("-u that the kernel refuses ends with 255") {
    FakeWorld world;
    world.kernel.file_load_answers = {EPERM};
    Outcome refused = world.run({"-u"});
    CHECK(refused.status == 255);
    CHECK(refused.err.starts_with("kexec_file_load(unload) failed: Operation not permitted"));
    CHECK(world.kernel.log.size() == 1);
    world.kernel.load_answers = {EINVAL};
    CHECK(world.run({"-c", "-u"}).err.starts_with("kexec unload failed: Invalid argument"));
    world.kernel.file_load_answers = {ENOSYS};
    CHECK(world.run({"-s", "-u"}).status == 253);
}

TEST_CASE("-d does not change the outcome of -u on a kernel without the debug flag") {
    FakeWorld world;
    world.kernel.file_load_answers = {EINVAL, 0};
    CHECK(world.run({"-d", "-u"}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_file_load kernel false initrd false flags 0x9",
                                  "kexec_file_load kernel false initrd false flags 0x1"});
}

TEST_CASE("-e with nothing loaded touches nothing and ends with 1") {
    FakeWorld world;
    world.kernel.all_links = {{"eth0", true, false}};
    Outcome outcome = world.run({"-e"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err.starts_with("kexec: Nothing has been loaded!\n"));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("-e on a kernel without kexec, or without privilege, touches nothing and ends with 255") {
    FakeWorld world;
    world.kernel.all_links = {{"eth0", true, false}};
    world.root.remove("/sys/kernel/kexec_loaded");
    Outcome without = world.run({"-e"});
    CHECK(without.status == 255);
    CHECK(contains(without.err, "the running kernel has no kexec"));
    world.root.write("/sys/kernel/kexec_loaded", "1\n");
    world.kernel.privileged = false;
    Outcome unprivileged = world.run({"-s", "-e"});
    CHECK(unprivileged.status == 255);
    CHECK(contains(unprivileged.err, "CAP_SYS_BOOT"));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("-e writes back, takes links down, and reboots; links come back when that fails") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_loaded", "1\n");
    world.kernel.all_links = {
        {"lo", true, true}, {"eth0", true, false}, {"eth1", true, false}, {"eth2", true, false}};
    world.kernel.link_answers["eth1"] = EPERM;
    world.kernel.reboot_answer = EBUSY;
    Outcome outcome = world.run({"-e"});
    CHECK(world.kernel.log ==
          Log{"sync", "down eth0", "down eth1", "down eth2", "reboot", "up eth2", "up eth0"});
    CHECK(outcome.status == 255);
    CHECK(contains(outcome.err, "kexec failed: Device or resource busy"));
    CHECK(contains(outcome.err, "eth1: cannot take the interface down: Operation not permitted"));
    CHECK(contains(outcome.err, "eth0, eth2 were down for a moment: routes and addresses may be lost"));
}

TEST_CASE("-e says so where nobody knows which links there are, and reboots") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_loaded", "1\n");
    world.kernel.links_are_hidden = true;
    Outcome outcome = world.run({"-e"});
    CHECK(world.kernel.log == Log{"sync", "reboot"});
    CHECK(contains(
        outcome.err,
        "/proc/net/dev: No such file or directory; going on without taking network interfaces down"));
}

TEST_CASE("-x leaves links alone and -y does not write back") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_loaded", "1\n");
    world.kernel.all_links = {{"eth0", true, false}};
    CHECK(world.run({"-x", "-y", "-e"}).status == 255);
    CHECK(world.kernel.log == Log{"reboot"});
}

TEST_CASE("-e goes on without sysfs, as kexec-tools does") {
    FakeWorld world;
    world.root.remove("/sys/kernel/kexec_loaded");
    world.root.remove("/sys/kernel/uevent_seqnum");
    Outcome outcome = world.run({"-e", "-x"});
    CHECK(world.kernel.log == Log{"sync", "reboot"});
    CHECK(contains(outcome.err, "going on without"));
}

TEST_CASE("a plain kernel is loaded and the system is shut down") {
    FakeWorld world;
    Outcome outcome = world.run({world.kernel_file});
    CHECK(world.kernel.log ==
          Log{"kexec_file_load kernel true initrd false flags 0x4", "execute /sbin/shutdown: shutdown -r now",
              "execute /etc/shutdown: shutdown -r now", "execute /bin/shutdown: shutdown -r now"});
    CHECK(outcome.status == 255);
    CHECK(contains(outcome.err, "shutdown: No such file or directory\n"));
}

TEST_CASE("-f loads, writes back, takes links down and reboots") {
    FakeWorld world;
    world.kernel.all_links = {{"eth0", true, false}};
    world.run({"-f", world.kernel_file});
    CHECK(world.kernel.log == Log{"kexec_file_load kernel true initrd false flags 0x4", "sync", "down eth0",
                                  "reboot", "up eth0"});
    FakeWorld refused;
    refused.kernel.file_load_answers = {ENOMEM};
    CHECK(refused.run({"-f", refused.kernel_file}).status == 255);
    CHECK(refused.kernel.log.size() == 1);
}

TEST_CASE("what is not offered is refused before anything is done, and never gets in the way of -S") {
    for (const char *option : {"--load-preserve-context", "--load-jump-back-helper", "--load-live-update",
                               "--exec-live-update", "--reuseinitrd"}) {
        INFO(option);
        FakeWorld world;
        Outcome outcome = world.run({"-l", "-c", option, world.kernel_file});
        if (std::string_view(option) == "--load-jump-back-helper" ||
            std::string_view(option) == "--exec-live-update")
            outcome = world.run({option, "-c"});
        CHECK(outcome.status == 1);
        CHECK(contains(outcome.err, "leave " + std::string(option) + " out"));
        CHECK(world.kernel.log.empty());
        CHECK(world.run({option, "-S"}).status == 0);
    }
}
