// SPDX-License-Identifier: GPL-2.0-or-later
// What an initramfs that dracut makes is made of, and who is asked before it is.
#include "base/new_file.h"
#include "tests/catch.h"
#include "tests/util/kdumpctl/fake_machine.h"

#include <filesystem>
#include <fmt/core.h>
#include <unistd.h>

using namespace kexec;
using namespace kexec::kdumpctl;
using namespace kexec::kdumpctl::test;

namespace {

constexpr const char *initramfs_path = "/var/lib/kdump/initramfs-6.1.0-9-amd64kdump.img";

} // namespace

TEST_CASE("what needs a shell selects dracut, and is refused where there is none", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.programs.insert({"ssh", "fence_kdump_send"});
    for (const char *path : {"/usr/bin/pre", "/usr/bin/lsblk", "/usr/bin/help"})
        machine.install(path);
    for (const char *line : {"failure_action shell", "kdump_pre /usr/bin/pre", "extra_bins /usr/bin/lsblk",
                             "kdump_emergency /usr/bin/help", "fence_kdump_nodes other"}) {
        machine.root.write("/etc/kdump.conf", std::string(line) + "\n");
        INFO(line);
        machine.programs.erase("dracut");
        check_refused(machine, {"start"}, "dracut is not installed");
        machine.programs.insert("dracut");
        machine.unload();
        machine.commands.clear();
        Ran ran = machine.run({"start"});
        INFO(ran.err);
        CHECK(ran.outcome == Outcome::done);
        REQUIRE(machine.commands.size() == 2);
        CHECK(machine.commands[0].starts_with("dracut "));
        CHECK(machine.commands[1].starts_with("kexec "));
        // The second time there is nothing to make.
        machine.commands.clear();
        machine.unload();
        CHECK(machine.run({"start"}).outcome == Outcome::done);
        CHECK(machine.commands.size() == 1);
        machine.unload();
    }
}

TEST_CASE("dracut gets the target's programs and the network", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.programs.insert({"dracut", "ssh"});
    machine.root.write("/root/.ssh/known_hosts", "box ssh-ed25519 key\n");
    machine.root.write("/etc/kdump.conf", "ssh kdump@box\nsshkey /root/key\nextra_modules one two\n");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    // The server is asked before anything is made, or looked at.
    CHECK(machine.commands[0] == "ssh -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=yes "
                                 "-o ConnectTimeout=10 kdump@box true");
    machine.commands.erase(machine.commands.begin());
    CHECK(contains(machine.commands[0], "--omit plymouth resume ifcfg --add kdump-toolkit network"));
    CHECK(contains(machine.commands[0], "--include /root/.ssh/known_hosts /root/.ssh/known_hosts"));
    CHECK(contains(machine.commands[0], "--include /root/key /root/key"));
    CHECK(contains(machine.commands[0], "--install makedumpfile ssh"));
    CHECK(contains(machine.commands[0], "--force-drivers one two"));
    CHECK(machine.commands[0].ends_with(fmt::format(" {}-incomplete 6.1.0-9-amd64", initramfs_path)));
    CHECK((machine.initramfs() == "made by dracut" &&
           !machine.has(initramfs_path + std::string("-incomplete"))));
    CHECK(contains(machine.commands[1], " rd.neednet=1 ip=dhcp"));
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"), "kdump@box"));
    machine.root.write("/etc/kdump.conf", "nfs [fe80::1]:/crash\npath dumps\n");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(machine.text("/var/lib/kdump/dracut.mount") == "[fe80::1]:/crash /kdumproot nfs defaults\n");
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"), "/kdumproot/dumps"));
}

TEST_CASE("a file system of dracut_args is the target, over a network too", "[service]") {
    FakeMachine machine;
    machine.programs.insert("dracut");
    machine.root.write("/etc/kdump.conf",
                       "dracut_args --mount \"server:/crash /mnt nfs4 soft\"\npath dumps\n");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(machine.text("/var/lib/kdump/dracut.mount") == "server:/crash /kdumproot nfs4 soft\n");
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"),
                   "target directory\npath /kdumproot/dumps\n"));
    machine.root.write("/etc/kdump.conf", "dracut_args --mount \"/dev/vda1 /mnt ext4 noatime\"\npath var\n");
    machine.root.write("/var/.keep", "");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"),
                   "target ext4\nsource /dev/vda1\noptions noatime\npath /var\n"));
    machine.root.write("/etc/kdump.conf", "ext4 /dev/vdb7\nfailure_action shell\n");
    CHECK(contains(machine.run({"restart"}).err,
                   "/etc/kdump.conf:1:1: error: /dev/vdb7: this machine has no such block device"));
}

TEST_CASE("a dracut that fails leaves the initramfs that was there", "[service]") {
    FakeMachine machine;
    machine.programs.insert("dracut");
    machine.root.write("/etc/kdump.conf", "failure_action shell\n");
    machine.root.write(initramfs_path, "the old one");
    machine.statuses["dracut"] = 1;
    CHECK(machine.run({"rebuild"}).outcome == Outcome::failed);
    CHECK(
        (machine.initramfs() == "the old one" && !machine.has(initramfs_path + std::string("-incomplete"))));
    machine.statuses.clear();
    CHECK(contains(machine.run({"rebuild", "--print"}).out,
                   fmt::format("name what that has made {}\n", initramfs_path)));
    CHECK(machine.run({"rebuild"}).outcome == Outcome::done);
    CHECK(machine.initramfs() == "made by dracut");
}

TEST_CASE("dracut's own module brings the network up where no service does it for dracut", "[service]") {
    FakeMachine machine;
    machine.programs.insert({"dracut", "dhclient", "arping"});
    machine.root.write("/etc/kdump.conf", "nfs server:/crash\n");
    auto check_added = [&](std::string_view modules) {
        machine.commands.clear();
        CHECK(machine.run({"rebuild"}).outcome == Outcome::done);
        INFO(machine.commands.back());
        CHECK(contains(machine.commands.back(), fmt::format("--add kdump-toolkit {} nfs", modules)));
    };
    check_added("network");
    machine.root.write("/usr/lib/dracut/modules.d/35network-legacy/ifup.sh", "");
    check_added("network-legacy network");
    machine.programs.erase("dhclient");
    check_added("network");
    machine.programs.insert("dhclient");
    machine.root.write("/etc/kdump.conf", "nfs server:/crash\ndracut_args --add systemd-networkd\n");
    check_added("network");
    machine.root.write("/etc/kdump.conf", "nfs server:/crash\n");
    machine.root.write("/usr/libexec/nm-initrd-generator", "");
    check_added("network");
}

namespace {

// A machine whose kdump goes to a server, and what ip(8) says there.
struct Networked {
    Networked(const std::string &conf, std::string_view address, std::string_view route,
              std::string_view addresses) {
        machine.unload();
        machine.programs.insert({"dracut", "ssh", "ip", "getent"});
        machine.root.write("/etc/kdump.conf", conf);
        machine.root.write("/sys/class/net/eth0/address", "52:54:00:12:34:56\n");
        machine.root.write("/sys/class/net/eth0/device/uevent", "");
        machine.root.write("/sys/class/net/enp1s0/mtu", "9000\n");
        machine.root.write("/sys/class/net/enp1s0/device/uevent", "");
        machine.root.write("/sys/class/net/bond0/mtu", "1500\n");
        machine.root.write("/etc/resolv.conf", "search x\nnameserver 127.0.0.53\nnameserver 10.0.0.53\n");
        machine.answers["getent ahosts server"] = "10.0.0.9       STREAM server\n10.0.0.9       DGRAM\n";
        machine.answers[fmt::format("ip -o route get {}", address)] = route;
        for (std::string_view version : {"-4", "-6"})
            for (std::string_view device : {"eth0", "enp1s0", "bond0"})
                machine.answers[fmt::format("ip -o {} address show dev {}", version, device)] = addresses;
    }
    // What the crash kernel is told of the network.
    std::string words() {
        machine.unload();
        machine.commands.clear();
        Ran ran = machine.run({"start"});
        complaints = ran.err;
        CHECK(ran.outcome == Outcome::done);
        const std::string &command = machine.commands.back();
        return command.substr(std::min(command.find(" rd.neednet=1"), command.size()));
    }

    FakeMachine machine;
    std::string complaints;
};

} // namespace

TEST_CASE("the capture kernel goes the way of the running system to the server", "[service]") {
    Networked given("ssh kdump@10.0.0.9\n", "10.0.0.9", "10.0.0.9 dev eth0 src 10.0.0.2 uid 0 \\    cache \n",
                    "2: eth0    inet 10.0.0.2/24 metric 1024 brd 10.0.0.255 scope global dynamic eth0\\   "
                    "valid_lft 86000sec preferred_lft 86000sec\n");
    CHECK(given.words() == " rd.neednet=1 ifname=kdump-eth0:52:54:00:12:34:56 ip=kdump-eth0:dhcp");
    Networked fixed(
        "nfs server:/crash\n", "10.0.0.9", "10.0.0.9 via 10.1.0.1 dev enp1s0 src 10.1.0.2 uid 0 \n",
        "2: enp1s0    inet 10.1.0.3/8 scope global dynamic enp1s0\n"
        "2: enp1s0    inet 10.1.0.2/23 brd 10.1.1.255 scope global enp1s0\\   valid_lft forever\n");
    CHECK(fixed.words() ==
          " rd.neednet=1 ip=10.1.0.2::10.1.0.1:255.255.254.0::enp1s0:none:9000 nameserver=10.0.0.53");
    Networked six("nfs [fd00::9]:/crash\n", "fd00::9", "fd00::9 from :: dev enp1s0 src fd00::2 metric 256 \n",
                  "2: enp1s0    inet6 fd00::2/64 scope global \\       valid_lft forever\n");
    CHECK(six.words() == " rd.neednet=1 ip=[fd00::2]:::64::enp1s0:none:9000");
}

TEST_CASE("while the network is down, what was found of it the last time stands", "[service]") {
    Networked network("nfs server:/crash\n", "10.0.0.9", "10.0.0.9 dev enp1s0 src 10.0.0.2 uid 0 \n",
                      "2: enp1s0    inet 10.0.0.2/24 scope global enp1s0\n");
    std::string words = network.words();
    CHECK(contains(words, " ip=10.0.0.2:::255.255.255.0::enp1s0:none:9000 nameserver=10.0.0.53"));
    network.machine.statuses["ip"] = 2;
    CHECK(network.words() == words);
    network.machine.root.remove("/var/lib/kdump/dracut.network");
    CHECK(network.words() == " rd.neednet=1 ip=dhcp");
}

TEST_CASE("words of the administrator's for the network stand, and what cannot be carried over is told",
          "[service]") {
    Networked network("nfs server:/crash\n", "10.0.0.9", "10.0.0.9 dev bond0 src 10.0.0.2 uid 0 \n",
                      "2: bond0    inet 10.0.0.2/24 scope global bond0\n");
    CHECK(network.words() == " rd.neednet=1 ip=dhcp");
    CHECK(contains(network.complaints, "server is reached through bond0, which is no network card"));
    network.machine.root.write("/etc/sysconfig/kdump",
                               "KDUMP_COMMANDLINE_APPEND=\"ip=bond0:dhcp bond=bond0\"\n");
    CHECK(network.words() == " rd.neednet=1");
    CHECK(network.complaints.find("bond0") == std::string::npos);
}

TEST_CASE("a server that does not answer is asked for three minutes, one that refuses only once",
          "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.programs.insert({"dracut", "ssh"});
    machine.root.write("/etc/kdump.conf", "ssh kdump@box\n");
    machine.statuses["ssh"] = 255;
    auto check_not_let_in = [&](const std::string &words) {
        machine.commands.clear();
        Ran ran = machine.run({"start"});
        INFO(ran.err);
        CHECK((ran.outcome == Outcome::failed && !machine.is_loaded() && machine.initramfs().empty()));
        CHECK(contains(ran.err, "kdump@box does not let us in: /usr/bin/ssh ended with status " + words));
    };
    std::uint64_t start = machine.now;
    check_not_let_in("255: ssh: connection refused");
    CHECK((machine.now - start >= 180 && machine.now - start < 200));
    CHECK(machine.commands.size() > 20);
    machine.ssh_says = "kdump@box: Permission denied (publickey).\n";
    check_not_let_in("255: ssh: kdump@box: Permission denied (publickey).");
    CHECK(machine.commands.size() == 1);
    machine.statuses["ssh"] = 1;
    check_not_let_in("1");
    CHECK(machine.commands.size() == 1);
}

TEST_CASE("an export is mounted where nobody sees it before anything is made", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.root.write("/etc/kdump.conf", "nfs server:/crash\n");
    std::string question = fmt::format("unshare --mount /usr/bin/mount -n -t nfs -o retry=0 server:/crash {}",
                                       machine.root.path("/var/lib/kdump"));
    CHECK(contains(machine.run({"start"}).err, "type nfs needs its programs: dracut is not installed"));
    machine.programs.insert("dracut");
    machine.commands.clear();
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK((machine.commands.size() == 3 && machine.commands[0] == question && machine.has("/var/lib/kdump")));
    machine.statuses["unshare"] = 32;
    auto check_refused_after = [&](const std::string &said, std::uint64_t least, std::uint64_t most) {
        machine.answers[question] = said;
        machine.commands.clear();
        std::uint64_t start = machine.now;
        Ran ran = machine.run({"restart"});
        INFO(ran.err);
        CHECK((ran.outcome == Outcome::failed && machine.is_loaded()));
        CHECK(contains(ran.err,
                       "server:/crash cannot be mounted: /usr/bin/mount ended with status 32: " + said));
        CHECK((machine.now - start >= least && machine.now - start < most));
    };
    check_refused_after("mount.nfs: access denied by server", 0, 2);
    check_refused_after("mount.nfs: Connection timed out", 180, 200);
    machine.commands.clear();
    Ran checked = machine.run({"check-config", "--target"});
    CHECK((checked.outcome == Outcome::failed && machine.commands.size() == 1));
    CHECK(contains(checked.out, "/etc/kdump.conf:1:1: error: server:/crash cannot be mounted: "));
}

TEST_CASE("a virtiofs that the host does not share is refused once, before anything is stopped",
          "[service]") {
    FakeMachine machine;
    machine.root.write("/sys/devices/virtio1/modalias", "virtio:d0000001Av00001AF4\n");
    REQUIRE((make_directories(machine.root.path("/sys/bus/virtio/devices")) &&
             make_directories(machine.root.path("/sys/devices/virtio1/driver"))));
    REQUIRE(::symlink("../../../devices/virtio1",
                      machine.root.path("/sys/bus/virtio/devices/virtio1").c_str()) == 0);
    machine.root.write("/etc/kdump.conf", "virtiofs crashes\n");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    std::string question = fmt::format("unshare --mount /usr/bin/mount -n -t virtiofs -o defaults crashes {}",
                                       machine.root.path("/var/lib/kdump"));
    CHECK((machine.commands.front() == question && contains(machine.commands.back(), "kexec ")));
    machine.statuses["unshare"] = 32;
    machine.answers[question] = "mount: crashes: something is wrong.\n       dmesg(1) may have more.\n";
    machine.commands.clear();
    Ran ran = machine.run({"restart"});
    CHECK((ran.outcome == Outcome::failed && machine.is_loaded() && machine.commands.size() == 1));
    CHECK(contains(ran.err, "/etc/kdump.conf:1:1: crashes cannot be mounted: /usr/bin/mount ended with "
                            "status 32: mount: crashes: "
                            "something is wrong.\n"));
    CHECK(contains(machine.run({"check-config", "--target"}).out,
                   "/etc/kdump.conf:1:1: error: crashes cannot be mounted: "));
}

TEST_CASE("a restart asks the server before it stops anything", "[service]") {
    FakeMachine machine;
    machine.programs.insert({"dracut", "ssh"});
    machine.root.write("/etc/kdump.conf", "ssh kdump@box\n");
    machine.statuses["ssh"] = 255;
    machine.ssh_says = "kdump@box: Permission denied (publickey).\n";
    REQUIRE(machine.is_loaded());
    Ran ran = machine.run({"restart"});
    CHECK((ran.outcome == Outcome::failed && contains(ran.err, "Permission denied")));
    CHECK((machine.is_loaded() && machine.commands.size() == 1));
    machine.statuses.clear();
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(contains(machine.commands.back(), "kexec "));
}

namespace {

// The target /dev/mapper/dumps: a volume of LVM in an encrypted disk that is reached in two ways.
struct Layered {
    Layered() {
        machine.programs.insert("dracut");
        machine.root.write("/etc/kdump.conf", "ext4 /dev/mapper/dumps\n");
        machine.root.write("/dev/dm-2", "");
        machine.root.write("/dev/mapper/.keep", "");
        std::filesystem::create_symlink("../dm-2", machine.root.path("/dev/mapper/dumps"));
        add("dm-2", "LVM-x", "dumps", "dm-1");
        add("dm-1", "CRYPT-LUKS2-0-secret", "secret", "dm-0");
        add("dm-0", "part1-mpath-3600", "mpatha1", "sda1");
    }
    void add(const std::string &device, const std::string &uuid, const std::string &name,
             const std::string &below) {
        std::string directory = "/sys/class/block/" + device;
        machine.root.write(directory + "/dm/uuid", uuid + "\n");
        machine.root.write(directory + "/dm/name", name + "\n");
        machine.root.write(directory + "/slaves/" + below + "/size", "1\n");
    }
    void check_refused_for_key() {
        Ran ran = machine.run({"rebuild"});
        INFO(ran.err);
        CHECK((ran.outcome == Outcome::failed && machine.commands.empty()));
        CHECK(contains(ran.err,
                       "the target is encrypted (secret), and /etc/crypttab names no file with its key"));
    }
    FakeMachine machine;
};

} // namespace

TEST_CASE("dracut is told of what a target lies on, and gets the key of what is encrypted", "[service]") {
    Layered layered;
    FakeMachine &machine = layered.machine;
    layered.check_refused_for_key();
    for (const char *line :
         {"secret /dev/sda1 none luks\n", "secret /dev/sda1\n", "other /dev/sda1 /etc/key luks\n",
          "secret /dev/sda1 /dev/urandom swap\n", "#secret /dev/sda1 /etc/key\n"}) {
        INFO(line);
        machine.root.write("/etc/crypttab", line);
        layered.check_refused_for_key();
    }
    machine.root.write("/etc/crypttab", "# keys\nsecret UUID=1 /etc/keys/secret luks\n");
    CHECK(machine.run({"rebuild"}).outcome == Outcome::done);
    REQUIRE(machine.commands.size() == 1);
    CHECK(contains(machine.commands[0], "--add kdump-toolkit lvm crypt multipath "));
    CHECK(contains(machine.commands[0], "--add-device /dev/mapper/dumps"));
    CHECK(contains(machine.commands[0], "--include /etc/keys/secret /etc/keys/secret"));
    machine.root.write("/etc/crypttab", "secret UUID=1 - tpm2-device=auto\n");
    CHECK(machine.run({"rebuild"}).outcome == Outcome::done);
    CHECK_FALSE(contains(machine.commands.back(), "/etc/keys"));
}

TEST_CASE("the nodes of a cluster are told by a program that the initramfs has", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.programs.insert("dracut");
    machine.root.write("/proc/sys/kernel/hostname", "one\n");
    machine.root.write("/etc/kdump.conf", "fence_kdump_nodes one two\nfence_kdump_args -p 7410\n");
    check_refused(machine, {"start"}, "fence_kdump_send is not installed");
    machine.unload();
    machine.programs.insert("fence_kdump_send");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(contains(machine.commands[0], "--omit plymouth resume ifcfg --add kdump-toolkit network"));
    CHECK(contains(machine.commands[0], "fence_kdump_send"));
    CHECK(contains(machine.commands[1], " rd.neednet=1 ip=dhcp"));
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"), "fence -p 7410 two\n"));
}

TEST_CASE("what is not executable among the scripts is none, and needs no dracut", "[service]") {
    FakeMachine machine;
    machine.root.write("/etc/kdump/pre.d/README", "text");
    machine.root.write("/etc/kdump/post.d/script~", "text");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    machine.install("/etc/kdump/post.d/script");
    CHECK(contains(machine.run({"restart"}).err, "/etc/kdump/post.d/script needs a shell"));
    machine.programs.insert("dracut");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"), "post_script /etc/kdump/post.d/script\n"));
    CHECK(!contains(machine.text("/var/lib/kdump/dracut.settings"), "README"));
}

TEST_CASE("programs go into the initramfs without the quotes around them", "[service]") {
    FakeMachine machine;
    machine.programs.insert("dracut");
    machine.install("/usr/bin/one");
    machine.install("/usr/bin/two");
    machine.root.write("/etc/kdump.conf", "extra_bins \"/usr/bin/one\" /usr/bin/two\n");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    INFO(machine.commands[0]);
    CHECK(contains(machine.commands[0], "--install /usr/bin/one /usr/bin/two makedumpfile "));
}

TEST_CASE("what runs where no dump could be stored goes into the initramfs", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.programs.insert("dracut");
    machine.install("/etc/kdump/emergency.d/one");
    machine.install("/usr/bin/help");
    machine.root.write("/etc/kdump.conf", "kdump_emergency /usr/bin/help\n");
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(contains(machine.commands[0], "/usr/bin/help /etc/kdump/emergency.d/one"));
    std::string settings = machine.text("/var/lib/kdump/dracut.settings");
    CHECK(contains(settings, "emergency /usr/bin/help\nemergency_script /etc/kdump/emergency.d/one\n"));
}

TEST_CASE("a dracut that fails leaves an initramfs that is made anew", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.programs.insert("dracut");
    machine.root.write("/etc/kdump.conf", "failure_action shell\n");
    machine.statuses["dracut"] = 1;
    Ran ran = machine.run({"start"});
    CHECK((ran.outcome == Outcome::failed && !machine.is_loaded()));
    machine.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    ran = machine.run({"restart"});
    CHECK((ran.outcome == Outcome::failed && machine.is_loaded() && ran.out.empty()));
    CHECK(contains(ran.err, "the capture initramfs was not made: /usr/bin/dracut ended with status 1"));
    machine.statuses.clear();
    machine.commands.clear();
    CHECK(machine.run({"restart"}).out == "Stopping kdump: [OK]\nStarting kdump: [OK]\n");
    REQUIRE(machine.commands.size() == 3);
    CHECK((machine.commands[0].starts_with("dracut ") && machine.commands[1] == "kexec -p -u"));
}

namespace {

// A header of LUKS2 with that JSON.
std::string luks_header(const std::string &json) {
    std::string header("LUKS\xba\xbe\0\2\0\0\0\0\0\0\x40\0", 16);
    header.resize(4096);
    header += json;
    header.resize(0x4000);
    return header;
}

} // namespace

TEST_CASE("an estimate counts the key slot of the target's encryption", "[service]") {
    Layered layered;
    FakeMachine &machine = layered.machine;
    constexpr const char *json = R"({"keyslots":{"0":{"kdf":{"type":"argon2id","time":4,"memory":262144}},)"
                                 R"("1":{"kdf":{"type":"argon2id","memory":1048576,"cpus":4}}}})";
    machine.root.write("/dev/dm-0", luks_header(json));
    auto is_counted = [&](std::string_view words) { return contains(machine.run({"estimate"}).out, words); };
    CHECK(is_counted("LUKS          1044M   1024M for the key slot of the target, and 20M for cryptsetup\n"));
    machine.architecture = "aarch64";
    CHECK(is_counted("LUKS          1074M   1024M for the key slot of the target, and 50M for cryptsetup\n"));
    for (const std::string &damaged :
         {std::string("LUKS"), luks_header(""), luks_header(json).substr(0, 5000),
          luks_header(R"({"memory":)"), "X" + luks_header(json)}) {
        machine.root.write("/dev/dm-0", damaged);
        CHECK(is_counted("0M for the key slot of the target"));
    }
    machine.root.write("/dev/dm-0", luks_header(R"({"memory":18446744073709551615})"));
    CHECK(is_counted("4096M for the key slot of the target"));
    machine.root.write("/etc/kdump.conf", "path /var/crash\n");
    CHECK(!is_counted("LUKS"));
}

TEST_CASE("an estimate counts the network to the target, and CPUs by the command line", "[service]") {
    FakeMachine machine;
    machine.root.write("/etc/kdump.conf", "nfs server:/crash\n");
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_COMMANDLINE_APPEND=\"nr_cpus=4\"\n");
    Ran ran = machine.run({"estimate"});
    CHECK(contains(ran.out, "network         16M   "));
    CHECK(contains(ran.out, "CPUs             4M   1 MiB for each, by nr_cpus=4\n"));
    CHECK(machine.commands.empty());
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_COMMANDLINE_APPEND=\"irqpoll\"\n");
    CHECK(contains(machine.run({"estimate"}).out, "1 MiB for each of 16, as no nr_cpus= is given\n"));
}
