// SPDX-License-Identifier: GPL-2.0-or-later
// start, stop, restart, reload, rebuild, propagate and test, and what keeps them from doing anything.
#include "base/compress.h"
#include "base/cpio.h"
#include "tests/catch.h"
#include "tests/util/kdumpctl/fake_machine.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::kdumpctl;
using namespace kexec::kdumpctl::test;

namespace {

constexpr const char *initramfs_path = "/var/lib/kdump/initramfs-6.1.0-9-amd64kdump.img";

// The settings in a capture initramfs.
std::string settings_in(const std::string &initramfs) {
    auto archive = decompress(as_bytes(initramfs), Compression::gzip, 1 << 20);
    REQUIRE(archive);
    std::string settings;
    REQUIRE(read_archive(*archive, [&](const ArchiveEntry &entry) {
        if (entry.path == "kdump/settings")
            settings = as_text(entry.content);
    }));
    return settings;
}

} // namespace

TEST_CASE("start makes the initramfs and loads the kernel", "[service]") {
    FakeMachine machine;
    machine.unload();
    Ran ran = machine.run({"start"});
    INFO(ran.err);
    CHECK((ran.outcome == Outcome::done && ran.out == "Starting kdump: [OK]\n"));
    REQUIRE(machine.commands.size() == 1);
    CHECK(machine.commands[0] ==
          fmt::format(
              "kexec -p /boot/vmlinuz-6.1.0-9-amd64 --initrd={} "
              "--command-line=novmcoredd hugetlb_cma=0 kfence.sample_interval=0 initramfs_options=size=90% "
              "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory mce=off numa=off udev.children-max=2 "
              "panic=10 acpi_no_memhotplug transparent_hugepage=never nokaslr hest_disable cma=0 "
              "pcie_ports=compat rd.systemd.gpt_auto=no",
              initramfs_path));
    std::string settings = settings_in(machine.initramfs());
    CHECK(contains(settings, "ext4"));
    CHECK(contains(settings, "/dev/vda1"));
    CHECK(contains(settings, "/var/crash"));
    CHECK(contains(settings, "makedumpfile -l --message-level 7 -d 31"));
}

TEST_CASE("what is loaded already stays, and that is no failure", "[service]") {
    FakeMachine machine;
    Ran ran = machine.run({"start"});
    CHECK((ran.outcome == Outcome::done && ran.out.empty() && machine.commands.empty()));
    CHECK(ran.err == "kdumpctl: Kdump already running: [WARNING]\n");
}

TEST_CASE("the initramfs is written anew where it would be another one", "[service]") {
    FakeMachine machine;
    auto start = [&] {
        machine.unload();
        Ran ran = machine.run({"start"});
        INFO(ran.err);
        CHECK(ran.outcome == Outcome::done);
    };
    auto is_written_by_start = [&] {
        machine.unload();
        return contains(machine.run({"start", "--print"}).out, "write /var/lib/kdump/initramfs");
    };
    CHECK(is_written_by_start());
    start();
    CHECK(!is_written_by_start());
    machine.root.write("/srv/crash/.keep", "");
    machine.root.write("/etc/kdump.conf", "path /srv/crash\n");
    CHECK(is_written_by_start());
    machine.root.write("/etc/kdump.conf", "path /srv/crash\nforce_no_rebuild 1\n");
    CHECK(!is_written_by_start());
    start();
    CHECK(contains(settings_in(machine.initramfs()), "/var/crash"));
    machine.root.write("/etc/kdump.conf", "force_rebuild 1\n");
    CHECK(is_written_by_start());
}

TEST_CASE("a path that is not there is refused, where the target is mounted", "[service]") {
    FakeMachine machine;
    auto refuses = [&](const std::string &conf, const std::string &place) {
        machine.root.write("/etc/kdump.conf", conf);
        check_refused(machine, {"restart"},
                      fmt::format("/etc/kdump.conf:2:6: error: there is no directory {}, where path leads to",
                                  place));
        return contains(machine.run({"check-config", "--target"}).out,
                        fmt::format("/etc/kdump.conf:2:6: error: there is no directory {}", place));
    };
    CHECK(refuses("force_rebuild 0\npath /srv/crash\n", "/srv/crash"));
    CHECK(refuses("ext4 /dev/vda1\npath dumps\n", "/dumps"));
    machine.root.write("/dumps/.keep", "");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    machine.root.write("/proc/self/mountinfo", "23 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vdb1 rw\n");
    machine.root.write("/etc/kdump.conf", "ext4 /dev/vda1\npath elsewhere\n");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
}

TEST_CASE("a root file system that the kernel itself has mounted has its device's name", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/proc/self/mountinfo", "23 1 179:2 / / rw,relatime - ext4 /dev/root rw\n");
    CHECK(machine.run({"start"}).outcome == Outcome::failed);
    machine.root.write("/sys/dev/block/179:2/uevent",
                       "MAJOR=179\nMINOR=2\nDEVNAME=vda1\nDEVTYPE=partition\n");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(contains(settings_in(machine.initramfs()), "source /dev/vda1\n"));
}

TEST_CASE("--print changes nothing", "[service]") {
    FakeMachine machine;
    machine.unload();
    Ran ran = machine.run({"start", "--print"});
    CHECK(ran.outcome == Outcome::done);
    CHECK(contains(ran.out, "write /var/lib/kdump/initramfs-6.1.0-9-amd64kdump.img ("));
    CHECK(contains(ran.out, "run /usr/bin/kexec -p /boot/vmlinuz-6.1.0-9-amd64"));
    CHECK((machine.commands.empty() && machine.initramfs().empty() && !machine.is_loaded()));
    CHECK(machine.run({"stop", "--print"}).out == "run /usr/bin/kexec -p -u\n");
    CHECK(!machine.has("/run/lock/kdump"));
}

TEST_CASE("stop, restart and reload", "[service]") {
    FakeMachine machine;
    CHECK(machine.run({"stop"}).out == "Stopping kdump: [OK]\n");
    CHECK((!machine.is_loaded() && machine.commands == std::vector<std::string>{"kexec -p -u"}));
    Ran ran = machine.run({"restart"});
    CHECK((ran.out == "Starting kdump: [OK]\n" && machine.is_loaded()));
    machine.commands.clear();
    CHECK(machine.run({"restart"}).out == "Stopping kdump: [OK]\nStarting kdump: [OK]\n");
    CHECK((machine.commands.size() == 2 && machine.commands[0] == "kexec -p -u"));
    machine.commands.clear();
    machine.root.write("/etc/kdump.conf", "path /elsewhere\n");
    std::string before = machine.initramfs();
    CHECK(machine.run({"reload"}).out == "Starting kdump: [OK]\n");
    CHECK((machine.commands.size() == 1 && machine.initramfs() == before));
    machine.unload();
    CHECK(machine.run({"reload"}).err == "kdumpctl: Kdump was not running: [WARNING]\n");
    CHECK(machine.is_loaded());
}

TEST_CASE("after memory was added what is loaded is loaded again, unless the kernel follows by itself",
          "[service]") {
    FakeMachine machine;
    CHECK(machine.run({"reload", "--hotplug"}).outcome == Outcome::done);
    CHECK(machine.commands.size() == 1);
    machine.unload();
    CHECK(machine.run({"reload", "--hotplug"}).outcome == Outcome::done);
    CHECK((machine.commands.size() == 1 && !machine.is_loaded()));
    FakeMachine power;
    power.become_fadump("1\n");
    CHECK(power.run({"reload", "--hotplug"}).outcome == Outcome::done);
    CHECK((power.commands.size() == 1 && power.commands[0].starts_with("fadump register ")));
    power.root.write("/sys/kernel/fadump/hotplug_ready", "1\n");
    CHECK(power.run({"reload", "--hotplug"}).outcome == Outcome::done);
    CHECK(power.commands.size() == 1);
}

TEST_CASE("rebuild makes the initramfs, and loads nothing", "[service]") {
    FakeMachine machine;
    machine.unload();
    Ran ran = machine.run({"rebuild"});
    CHECK(ran.out == fmt::format("{} has been made\n", initramfs_path));
    CHECK((!machine.initramfs().empty() && machine.commands.empty() && !machine.is_loaded()));
}

TEST_CASE("a configuration with mistakes leaves the service as it is", "[service]") {
    FakeMachine machine;
    machine.root.write("/etc/kdump.conf", "path /a\npath /b\nblacklist nouveau\nfinal_action shell\n");
    for (const char *verb : {"start", "restart", "reload", "rebuild", "propagate"}) {
        INFO(verb);
        check_refused(machine, {verb}, "/etc/kdump.conf:2:1: error: \"path\" stands in line 1 already");
        check_refused(machine, {verb}, "/etc/kdump.conf:3:1: error: ");
        check_refused(machine, {verb}, "/etc/kdump.conf:4:14: error: ");
    }
    CHECK(machine.is_loaded());
}

TEST_CASE("what cannot work is refused before anything is changed", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/sys/kernel/kexec_crash_size", "0\n");
    check_refused(machine, {"start"}, "no memory is reserved");
    machine.root.write("/sys/kernel/kexec_crash_size", "268435456\n");
    machine.root.write("/proc/sys/kernel/kexec_load_disabled", "1\n");
    check_refused(machine, {"start"}, "kexec_load_disabled");
    machine.root.write("/proc/sys/kernel/kexec_load_disabled", "0\n");
    machine.root.write("/etc/kdump.conf", "ext4 /dev/vdz9\n");
    check_refused(machine, {"start"},
                  "/etc/kdump.conf:1:1: error: /dev/vdz9: this machine has no such block device");
    machine.root.write("/etc/kdump.conf", "ext4 UUID=0a\n");
    check_refused(machine, {"start"}, "UUID=0a: no device");
    machine.root.remove("/etc/kdump.conf");
    machine.root.write("/proc/self/mountinfo", "23 1 0:1 / / rw - tmpfs none rw\n");
    check_refused(machine, {"start"}, "/var/crash lies in a tmpfs, which does not outlive a crash");
    machine.root.write("/proc/self/mountinfo", "23 1 254:1 / / rw - ext4 /dev/vda1 rw\n");
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_KERNELVER=5.4\n");
    check_refused(machine, {"start"}, "there is no kernel 5.4");
    machine.root.remove("/etc/sysconfig/kdump");
    machine.programs.erase("kexec");
    check_refused(machine, {"start"}, "kexec is not installed");
    machine.programs = {"kexec"};
    check_refused(machine, {"start"}, "kdump-capture is not installed");
    machine.root.remove("/sys/kernel/kexec_crash_loaded");
    check_refused(machine, {"start"}, "this kernel cannot load a crash kernel");
}

TEST_CASE("a reservation below the need is refused, or said", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/sys/kernel/kexec_crash_size", "33554432\n");
    Ran ran = machine.run({"start"});
    CHECK((ran.outcome == Outcome::failed && machine.commands.empty()));
    CHECK(
        ran.err ==
        "kdumpctl: makedumpfile is not installed: the dump will have all pages that are not zeros; going on "
        "without\n"
        "kdumpctl: 32M is reserved, and the capture kernel needs 44M\n"
        "          boot with crashkernel=2G-64G:256M,64G-:512M; \"kdumpctl estimate\" shows the sum, and "
        "small_reservation warn in /etc/kdump.conf loads it all the same\n");
    machine.root.write("/etc/kdump.conf", "small_reservation warn\n");
    ran = machine.run({"start"});
    CHECK((ran.outcome == Outcome::done && machine.is_loaded()));
    CHECK(contains(ran.err, "needs 44M; going on without enough"));
}

TEST_CASE("a program that fails is named, with its status", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.statuses["kexec"] = 255;
    Ran ran = machine.run({"start"});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(contains(ran.err, "the crash kernel was not loaded: /usr/bin/kexec ended with status 255"));
    CHECK(machine.run({"stop"}).outcome == Outcome::failed);
}

TEST_CASE("dumps get the labels of SELinux where it is on", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/var/crash/one/vmcore", "");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(machine.commands.size() == 1);
    machine.root.write("/sys/fs/selinux/enforce", "1");
    machine.unload();
    machine.commands.clear();
    Ran ran = machine.run({"start"});
    CHECK((ran.outcome == Outcome::done && contains(ran.err, "restorecon is not installed; dumps get no")));
    machine.programs.insert("restorecon");
    machine.unload();
    machine.commands.clear();
    machine.statuses["restorecon"] = 1;
    ran = machine.run({"start"});
    CHECK((ran.outcome == Outcome::done && contains(ran.err, "ended with status 1; going on without")));
    CHECK(machine.commands.front() == "restorecon -R /var/crash");
}

TEST_CASE("Debian's variables say what kdump.conf leaves open", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write(
        "/etc/default/kdump-tools",
        "USE_KDUMP=1\nKDUMP_COREDIR=/srv/dumps\nMAKEDUMP_ARGS=\"-c -d 17\"\nKDUMP_FAIL_CMD=\"halt -f\"\n"
        "HOSTTAG=hostname\nKDUMP_KEXEC_ARGS=-d\nKDUMP_CMDLINE_APPEND=\"nr_cpus=2 quiet\"\n"
        "KDUMP_KERNEL=/var/lib/kdump/vmlinuz\nKDUMP_INITRD=/var/lib/kdump/initrd.img\n");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(machine.commands[0].starts_with("kexec -d -p /boot/vmlinuz-6.1.0-9-amd64 "));
    CHECK(contains(machine.commands[0], "--command-line=nr_cpus=2 quiet rd.systemd.gpt_auto=no"));
    std::string settings = settings_in(machine.initramfs());
    CHECK(contains(settings, "/srv/dumps"));
    CHECK(contains(settings, "makedumpfile -c -d 17"));
    CHECK(contains(settings, "{host}-"));
    CHECK(contains(settings, "halt"));
    machine.unload();
    machine.root.write("/etc/kdump.conf", "path /mine\n");
    machine.root.write("/mine/.keep", "");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(contains(settings_in(machine.initramfs()), "/mine"));
    machine.unload();
    machine.commands.clear();
    machine.root.write("/etc/default/kdump-tools", "USE_KDUMP=0\n");
    Ran ran = machine.run({"start"});
    CHECK((ran.outcome == Outcome::done && machine.commands.empty() && !machine.is_loaded()));
    CHECK(contains(ran.out, "USE_KDUMP is 0"));
}

TEST_CASE("a kernel and an initramfs of the administrator's are taken as they are", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/etc/default/kdump-tools", "KDUMP_KERNEL=/srv/kernel\nKDUMP_INITRD=/srv/initrd\n");
    machine.root.write("/srv/kernel", "kernel");
    machine.root.write("/srv/initrd", "mine");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(machine.commands[0].starts_with("kexec -p /srv/kernel --initrd=/srv/initrd "));
    CHECK((machine.text("/srv/initrd") == "mine" && machine.initramfs().empty()));
    machine.root.remove("/srv/initrd");
    machine.unload();
    CHECK(machine.run({"start"}).outcome == Outcome::failed);
}

TEST_CASE("check-config --target looks at the machine too", "[service]") {
    FakeMachine machine;
    auto found = [&](const std::string &conf) {
        machine.root.write("/etc/kdump.conf", conf);
        Ran ran = machine.run({"check-config", "--target"});
        CHECK(ran.outcome == (contains(ran.out, ": error: ") ? Outcome::failed : Outcome::done));
        return ran.out;
    };
    CHECK(found("").empty());
    CHECK(contains(found("path /a\next4 /dev/vdz\n"),
                   "/etc/kdump.conf:2:1: error: /dev/vdz: this machine has no such"));
    CHECK(contains(found("kdump_pre /sbin/pre\n"), "/etc/kdump.conf:1:11: error: /sbin/pre is not there\n"));
    machine.root.write("/sbin/post", "");
    CHECK(contains(found("kdump_pre /sbin/post\nextra_bins \"/bin/a\" /bin/b\n"),
                   "1:11: error: /sbin/post is no program\n"));
    CHECK(contains(found("extra_bins /bin/a /bin/b\n"), "1:19: error: /bin/b is not there\n"));
    check_refused(machine, {"restart"}, "/etc/kdump.conf:1:12: error: /bin/a is not there\n");
    CHECK(contains(found("\n\nfailure_action shell\n"),
                   "error: failure_action shell needs a shell: dracut is not"));
    CHECK(contains(found("final_action resume\n"), "1:14: warning: only firmware-assisted dump"));
    CHECK(contains(found("path /a\npath /b\n"), ":2:1: error: \"path\" stands in line 1 already"));
    machine.programs.insert({"dracut", "ssh"});
    CHECK(contains(found("ssh kdump@box\n"), "error: the key /root/.ssh/kdump_id_rsa is not there"));
    machine.root.write("/root/.ssh/kdump_id_rsa", "key");
    CHECK(found("ssh kdump@box\n").empty());
    CHECK(machine.commands ==
          std::vector<std::string>{"ssh -i /root/.ssh/kdump_id_rsa -o BatchMode=yes -o "
                                   "StrictHostKeyChecking=yes -o ConnectTimeout=10 kdump@box true"});
    machine.statuses["ssh"] = 255;
    CHECK(contains(found("ssh kdump@box\n"),
                   "1:1: error: kdump@box does not let us in: /usr/bin/ssh ended with status"));
    CHECK((machine.writes.empty() && machine.initramfs().empty()));
    CHECK(machine.run({"check-config", "--target", "/etc/kdump.conf"}).outcome == Outcome::failed);
}

TEST_CASE("what of Debian's file is not offered is refused", "[service]") {
    FakeMachine machine;
    for (const char *line :
         {"FTP=server:/dir", "KDUMP_NUM_DUMPS=3", "KDUMP_COMPRESSION=bzip2", "KDUMP_FAIL_CMD=/bin/sh"}) {
        machine.root.write("/etc/default/kdump-tools", std::string(line) + "\n");
        INFO(line);
        check_refused(machine, {"start"}, "/etc/default/kdump-tools:1:");
    }
    machine.unload();
    machine.programs.insert("dracut");
    machine.root.write("/etc/default/kdump-tools",
                       "NFS=server:/crash\nNFS_TIMEO=600\nNFS_RETRANS=3\nKDUMP_DUMP_DMESG=0\n");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(machine.text("/var/lib/kdump/dracut.mount") ==
          "server:/crash /kdumproot nfs timeo=600,retrans=3\n");
}

TEST_CASE("propagate makes a key where there is none, and brings it to the target", "[service]") {
    FakeMachine machine;
    machine.programs.insert({"ssh-keygen", "ssh-copy-id"});
    check_refused(machine, {"propagate"}, "no ssh target");
    machine.root.write("/etc/kdump.conf", "ssh kdump@box\nsshkey /root/key\n");
    CHECK(machine.run({"propagate"}).out == "/root/key opens kdump@box\n");
    CHECK(machine.commands == std::vector<std::string>{"ssh-keygen -q -t rsa -f /root/key -N ",
                                                       "ssh-copy-id -i /root/key kdump@box"});
    machine.commands.clear();
    CHECK(machine.run({"propagate"}).outcome == Outcome::done);
    CHECK(machine.commands == std::vector<std::string>{"ssh-copy-id -i /root/key kdump@box"});
    machine.statuses["ssh-copy-id"] = 1;
    CHECK(contains(machine.run({"propagate"}).err, "the key was not brought to kdump@box"));
}

TEST_CASE("a test crashes the machine after the word, on a terminal only", "[service]") {
    FakeMachine machine;
    machine.lines = {"crash", "CRASH"};
    Ran ran = machine.run({"test"});
    CHECK((ran.outcome == Outcome::done && machine.writes.empty() && machine.commands.empty()));
    machine.is_terminal = false;
    check_refused(machine, {"test"}, "is no terminal");
    machine.is_terminal = true;
    ran = machine.run({"test"});
    CHECK(machine.writes == std::vector<std::string>{"sync", "/proc/sysrq-trigger c"});
    CHECK(machine.text("/var/lib/kdump/vmcore-creation.status") == "pending kdump_test_id=1764446400\n");
    REQUIRE(machine.commands.size() == 1);
    CHECK(machine.commands[0].ends_with(" kdump_test_id=1764446400"));
    CHECK(contains(ran.err, "the machine has not crashed"));
    machine.unload();
    machine.writes.clear();
    check_refused(machine, {"test"}, "this one's are not");
    FakeMachine power;
    power.become_fadump("1\n");
    power.lines = {"CRASH"};
    power.run({"test"});
    CHECK(power.writes == std::vector<std::string>{"sync", "/proc/sysrq-trigger c"});
    REQUIRE(power.commands.size() == 1);
    CHECK(power.commands[0].starts_with("fadump register --append="));
    CHECK(power.commands[0].ends_with(" kdump_test_id=1764446400"));
}

TEST_CASE("fadump is registered with its arguments, and its initramfs has the capture program", "[service]") {
    FakeMachine machine;
    machine.become_fadump("0\n");
    Ran ran = machine.run({"start", "--print"});
    INFO(ran.err);
    CHECK(ran.out ==
          "put the capture program into /boot/initrd.img-6.1.0-9-amd64\n"
          "run /usr/bin/fadump register '--append=nr_cpus=16 numa=off cgroup_disable=memory cma=0 "
          "kvm_cma_resv_ratio=0 hugetlb_cma=0 transparent_hugepage=never novmcoredd udev.children-max=2'\n");
    CHECK(machine.writes.empty());
    CHECK(machine.run({"stop"}).outcome == Outcome::done);
    CHECK(machine.commands == std::vector<std::string>{"fadump unregister"});
    machine.root.write("/etc/kdump.conf", "failure_action shell\n");
    check_refused(machine, {"start"}, "both boots share one initramfs");
}

TEST_CASE("the shared initramfs is where a boot loader finds it, changed and put back", "[service]") {
    FakeMachine machine;
    machine.become_fadump("0\n");
    std::string path = "/boot/initrd.img-6.1.0-9-amd64";
    Archive original;
    original.add_file("init", as_bytes(std::string_view("#!/bin/sh\n")), 0755);
    machine.root.add(path, original.finish());
    std::string before = machine.text(path);
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK((machine.writes == std::vector{"settle " + path} && machine.text(path) != before));
    machine.root.remove("/sys/kernel/fadump/enabled");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(
        (machine.writes == std::vector{"settle " + path, "settle " + path} && machine.text(path) == before));
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(machine.writes.size() == 2);
}
