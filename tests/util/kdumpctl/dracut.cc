// SPDX-License-Identifier: GPL-2.0-or-later
// What an initramfs that dracut makes is made of, and who is asked before it is.
#include "tests/catch.h"
#include "tests/util/kdumpctl/fake_machine.h"

#include <fmt/core.h>

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
    for (const char *line :
         {"failure_action shell", "kdump_pre /usr/bin/pre", "extra_bins /usr/bin/lsblk", "nfs server:/crash",
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
    // The server is asked before anything is made.
    CHECK(machine.commands[0] == "ssh -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=yes "
                                 "-o ConnectTimeout=10 kdump@box true");
    machine.commands.erase(machine.commands.begin());
    CHECK(contains(machine.commands[0], "--add kdump-toolkit network"));
    CHECK(contains(machine.commands[0], "--include /root/.ssh/known_hosts /root/.ssh/known_hosts"));
    CHECK(contains(machine.commands[0], "--include /root/key /root/key"));
    CHECK(contains(machine.commands[0], "--install makedumpfile ssh"));
    CHECK(contains(machine.commands[0], "--add-drivers one two"));
    CHECK(machine.commands[0].ends_with(fmt::format(" {} 6.1.0-9-amd64", initramfs_path)));
    CHECK(contains(machine.commands[1], " rd.neednet=1 ip=dhcp"));
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"), "kdump@box"));
    machine.root.write("/etc/kdump.conf", "nfs [fe80::1]:/crash\npath dumps\n");
    CHECK(machine.run({"restart"}).outcome == Outcome::done);
    CHECK(machine.text("/var/lib/kdump/dracut.mount") == "[fe80::1]:/crash /kdumproot nfs defaults\n");
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"), "/kdumproot/dumps"));
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
    CHECK(contains(machine.commands[0], "--add kdump-toolkit network"));
    CHECK(contains(machine.commands[0], "fence_kdump_send"));
    CHECK(contains(machine.commands[1], " rd.neednet=1 ip=dhcp"));
    CHECK(contains(machine.text("/var/lib/kdump/dracut.settings"), "fence -p 7410 two\n"));
}

TEST_CASE("what runs where no dump could be stored goes into the initramfs", "[service]") {
    FakeMachine machine;
    machine.unload();
    machine.programs.insert("dracut");
    machine.root.write("/etc/kdump/emergency.d/one", "#!/bin/sh\n");
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
    CHECK(contains(ran.err, "the capture initramfs was not made: /usr/bin/dracut ended with status 1"));
    machine.statuses.clear();
    machine.commands.clear();
    CHECK(machine.run({"start"}).outcome == Outcome::done);
    CHECK(machine.commands.size() == 2);
}
