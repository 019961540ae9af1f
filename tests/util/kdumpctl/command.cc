// SPDX-License-Identifier: GPL-2.0-or-later
// What the verbs print and exit with, on machines made of files.
#include "util/kdumpctl/command.h"

#include "tests/catch.h"
#include "tests/util/kdumpctl/fake_machine.h"

using namespace kexec::kdumpctl;
using namespace kexec::kdumpctl::test;

TEST_CASE("status is operational where a crash kernel is loaded", "[command]") {
    FakeMachine machine;
    Ran ran = machine.run({"status"});
    CHECK(ran.outcome == Outcome::done);
    CHECK(ran.out == "Kdump is operational\n");
    machine.root.write("/sys/kernel/kexec/crash_loaded", "0\n");
    ran = machine.run({"status"});
    CHECK(ran.outcome == Outcome::not_operational);
    CHECK(ran.out ==
          "Kdump is not operational\nnote: no crash kernel is loaded; \"kdumpctl start\" loads one\n");
}

TEST_CASE("status says why nothing can be loaded", "[command]") {
    FakeMachine machine;
    machine.root.write("/sys/kernel/kexec_crash_loaded", "0\n");
    machine.root.write("/proc/sys/kernel/kexec_load_disabled", "1\n");
    CHECK(machine.run({"status"}).out.find("kexec_load_disabled") != std::string::npos);
    machine.root.write("/sys/kernel/kexec_crash_size", "0\n");
    CHECK(machine.run({"status"}).out.find("boot with crashkernel=2G-64G:256M,64G-:512M") !=
          std::string::npos);
    machine.root.remove("/sys/kernel/kexec_crash_loaded");
    CHECK(machine.run({"status"}).out.find("cannot load a crash kernel") != std::string::npos);
    CHECK(machine.run({"status"}).outcome == Outcome::not_operational);
}

TEST_CASE("status as JSON, with a reservation that is too small", "[command]") {
    FakeMachine machine;
    machine.root.write("/sys/kernel/kexec_crash_size", "134217728\n");
    CHECK(machine.run({"status", "--json"}).out ==
          "{\"mode\":\"kdump\",\"operational\":true,\"reserved\":134217728,\"memory\":4294967296,"
          "\"last_test\":null,\"last_capture\":null,\"crashkernel\":[\"256M\"],\"default\":\"2G-64G:256M,64G-"
          ":512M\",\"notes\":[\"128M is reserved, and "
          "256M is recommended; boot with crashkernel=2G-64G:256M,64G-:512M\"]}\n");
}

TEST_CASE("a machine with fadump is judged by that", "[command]") {
    FakeMachine machine;
    machine.become_fadump("0\n");
    CHECK(machine.run({"status"}).outcome == Outcome::not_operational);
    CHECK(machine.run({"showmem"}).out == "Reserved 784MB memory for crash kernel\n");
    CHECK(machine.run({"get-default-crashkernel"}).out.starts_with("4G-16G:784M,"));
    CHECK(machine.run({"get-default-crashkernel", "kdump"}).out.starts_with("2G-4G:400M,"));
    machine.become_fadump("1\n");
    CHECK(machine.run({"status"}).outcome == Outcome::done);
    machine.root.remove("/sys/kernel/fadump/registered");
    machine.root.remove("/sys/kernel/fadump/enabled");
    machine.root.write("/sys/kernel/fadump_enabled", "1\n");
    machine.root.write("/sys/kernel/fadump_registered", "1\n");
    CHECK(machine.run({"status", "--json"}).out.find("\"mode\":\"fadump\",\"operational\":true") !=
          std::string::npos);
}

TEST_CASE("files that hold what they never should are no status", "[command]") {
    FakeMachine machine;
    machine.root.write("/sys/kernel/kexec_crash_loaded", "perhaps\n");
    Ran ran = machine.run({"status"});
    CHECK((ran.outcome == Outcome::failed && ran.out.empty()));
    CHECK(ran.err.starts_with("kdumpctl: /sys/kernel/kexec_crash_loaded: "));
}

TEST_CASE("showmem prints MiB", "[command]") {
    FakeMachine machine;
    CHECK(machine.run({"showmem"}).out == "Reserved 256MB memory for crash kernel\n");
    machine.root.remove("/sys/kernel/kexec_crash_size");
    CHECK(machine.run({"showmem"}).outcome == Outcome::failed);
}

TEST_CASE("the default knows what the machine is", "[command]") {
    FakeMachine machine;
    CHECK(machine.run({"get-default-crashkernel"}).out == "2G-64G:256M,64G-:512M\n");
    CHECK(machine.run({"get-default-crashkernel", "fadump"}).outcome == Outcome::failed);
    machine.log = "<6>[    0.1] Memory Encryption Features active: AMD SEV\n";
    CHECK(machine.run({"get-default-crashkernel"}).out == "2G-64G:320M,64G-:576M\n");
    machine.architecture = "aarch64";
    CHECK(machine.run({"get-default-crashkernel"}).out == "2G-4G:256M,4G-64G:320M,64G-:576M\n");
    machine.root.write("/sys/bus/pci/drivers/mlx5_core/uevent", "");
    machine.root.write("/sys/devices/platform/arm-smmu-v3.0.auto/uevent", "");
    CHECK(machine.run({"get-default-crashkernel"}).out == "2G-4G:406M,4G-64G:470M,64G-:726M\n");
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_KERNELVER=5.14.0-327.el9.aarch64+64k\n");
    CHECK(machine.run({"get-default-crashkernel"}).out == "2G-4G:940M,4G-64G:1004M,64G-:1260M\n");
    machine.architecture = "ppc64le";
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_COMMANDLINE_APPEND=\"nr_cpus=4 a nr_cpus=1\"\n");
    CHECK(machine.run({"get-default-crashkernel"}).out.starts_with("2G-4G:385M,4G-16G:513M,"));
    machine.architecture = "riscv64";
    CHECK(machine.run({"get-default-crashkernel"}).outcome == Outcome::failed);
}

TEST_CASE("an estimate shows its arithmetic", "[command]") {
    FakeMachine machine;
    machine.root.write("/boot/initramfs-6.1.0-9-amd64kdump.img", std::string(1 << 20, 'x'));
    CHECK(machine.run({"estimate"}).out ==
          "Reserved crashkernel:    256M\n"
          "Recommended crashkernel: 256M (crashkernel=2G-64G:256M,64G-:512M)\n\n"
          "kernel          24M   its code and data in /proc/iomem\n"
          "modules          3M   the 2 that are loaded now\n"
          "initramfs        3M   packed and unpacked, 3 times the 1048576 bytes of "
          "/boot/initramfs-6.1.0-9-amd64kdump.img\n"
          "CPUs             1M   1 MiB for each, by nr_cpus=1\n"
          "runtime         16M   a fixed amount for the programs that run\n"
          "page tables      5M   72 bytes for each of the 65536 pages of the reservation\n"
          "reserve          6M   a tenth of all that\n"
          "needed          56M   the sum\n"
          "default        256M   2G-64G:256M,64G-:512M\n"
          "\nLarge modules:\n    xfs: 2097152\n");
}

TEST_CASE("a need above the default is what is recommended", "[command]") {
    FakeMachine machine;
    machine.root.write("/var/lib/kdump/initrd.img-6.1.0-9-amd64", std::string(80 << 20, 'x'));
    machine.root.write("/sys/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123-root\n");
    machine.root.write("/etc/kdump.conf", "path /a\npath /b\n");
    CHECK(contains(machine.run({"estimate"}).out, "a LUKS2 device is open"));
    CHECK(contains(machine.run({"estimate"}).out, "the configuration cannot be used"));
    machine.root.remove("/etc/kdump.conf");
    Ran ran = machine.run({"estimate", "--json"});
    CHECK(ran.outcome == Outcome::done);
    CHECK(
        ran.out.find("\"needed\":331684249,\"default\":\"2G-64G:256M,64G-:512M\",\"default_size\":268435456,"
                     "\"recommended\":332398592,\"parameter\":\"crashkernel=317M\"") != std::string::npos);
    CHECK(ran.out.find("256M is reserved, and 317M is recommended; boot with crashkernel=317M") !=
          std::string::npos);
    CHECK(ran.out.find("a LUKS2 device is open") == std::string::npos);
    machine.page_size = 65536;
    CHECK(contains(machine.run({"estimate"}).out, "72 bytes for each of the 4096 pages of the reservation"));
    CHECK(ran.out.find("no capture initramfs") == std::string::npos);
}

TEST_CASE("an estimate without what it needs says so", "[command]") {
    FakeMachine machine;
    CHECK(machine.run({"estimate"}).out.find("note: there is no capture initramfs") != std::string::npos);
    machine.root.write("/proc/iomem", "00000000-00000000 : System RAM\n");
    Ran ran = machine.run({"estimate"});
    CHECK((ran.outcome == Outcome::failed && ran.err.find("run this as root") != std::string::npos));
}

TEST_CASE("check-config looks at the files that there are", "[command]") {
    FakeMachine machine;
    Ran ran = machine.run({"check-config"});
    CHECK(
        (ran.outcome == Outcome::failed && ran.err.find("there is no /etc/kdump.conf") != std::string::npos));
    machine.root.write("/etc/kdump.conf", "path /var/crash\n");
    ran = machine.run({"check-config"});
    CHECK((ran.outcome == Outcome::done && ran.out.empty()));
    machine.root.write("/etc/kdump.conf", "default halt\n");
    ran = machine.run({"check-config"});
    CHECK(ran.outcome == Outcome::done);
    CHECK(ran.out == "/etc/kdump.conf:1:1: warning: \"default\" is an old name\n"
                     "        write failure_action halt\n");
    machine.root.write("/etc/sysconfig/kdump", "KDUMP_BOOTDIR=boot\n");
    machine.root.write("/etc/default/kdump-tools", "USE_KDUMP=2\n");
    ran = machine.run({"check-config"});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(ran.out.find("/etc/sysconfig/kdump:1:15: error: ") != std::string::npos);
    CHECK(ran.out.find("/etc/default/kdump-tools:1:11: error: ") != std::string::npos);
}

TEST_CASE("check-config reads a named file in the grammar of its name", "[command]") {
    FakeMachine machine;
    std::string conf = machine.root.write("/a/new.conf", "path /a\nKDUMP_IMG=a\npath /b\n");
    Ran ran = machine.run({"check-config", conf});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(ran.out == conf + ":2:1: error: there is no directive \"KDUMP_IMG=a\"\n" +
                         "        kdump.conf(5) lists the directives\n" + conf +
                         ":3:1: error: \"path\" stands in line 1 already\n        keep one of the two\n");
    CHECK(machine.run({"check-config", machine.root.write("/a/kdump", "KDUMP_IMG=a\n")}).outcome ==
          Outcome::done);
    CHECK(machine.run({"check-config", machine.root.write("/a/kdump-tools", "USE_KDUMP=1\n")}).outcome ==
          Outcome::done);
    ran = machine.run({"check-config", machine.root.path("/a/none")});
    CHECK((ran.outcome == Outcome::failed && ran.out.empty() && !ran.err.empty()));
    ran = machine.run({"check-config", machine.root.write("/a/b", std::string("path /a\n\0", 9))});
    CHECK(ran.out.find(":2:1: error: a byte of value 0") != std::string::npos);
}

TEST_CASE("wrong usage is told in two lines, and exits 1", "[command]") {
    FakeMachine machine;
    for (const std::vector<std::string> &words : {std::vector<std::string>{},
                                                  {"begin"},
                                                  {"stat"},
                                                  {"status", "now"},
                                                  {"showmem", "--json"},
                                                  {"get-default-crashkernel", "mdump"},
                                                  {"get-default-crashkernel", "kdump", "kdump"},
                                                  {"check-config", "a", "b"},
                                                  {"status", "--yes"}}) {
        Ran ran = machine.run(words);
        CHECK((ran.outcome == Outcome::failed && ran.out.empty()));
        CHECK(ran.err.ends_with("\n          kdumpctl --help lists the verbs and options\n"));
    }
}

TEST_CASE("help and version go to standard output", "[command]") {
    FakeMachine machine;
    CHECK(machine.run({"--help"}).out.starts_with("usage: kdumpctl"));
    CHECK(machine.run({"-h"}).outcome == Outcome::done);
    CHECK(machine.run({"--version"}).out.starts_with("kdumpctl of kexec-tools 2.0.32+toolkit."));
}
