// SPDX-License-Identifier: GPL-2.0-or-later
// reset-crashkernel on the boot loaders that there are: which words change, where, and nothing else.
#include "tests/catch.h"
#include "tests/util/kdumpctl/boot_machine.h"

#include <unistd.h>

using namespace kexec::kdumpctl;
using kexec::kdumpctl::test::BootMachine;
using kexec::kdumpctl::test::Ran;

namespace {

const std::string x86 = "crashkernel=2G-64G:256M,64G-:512M";
const std::string power = "crashkernel=2G-4G:400M,4G-16G:528M,16G-64G:1040M,64G-128G:2064M,128G-:4112M";
const std::string power_fadump =
    "crashkernel=4G-16G:784M,16G-64G:1040M,64G-128G:2064M,128G-1T:4112M,1T-2T:6160M,2T-4T:12304M,"
    "4T-8T:20496M,8T-16T:36880M,16T-32T:65552M,32T-64T:131088M,64T-:184336M";
const std::string entries = "boot/loader/entries/";
const std::string fedora = entries + "6f2b1d0c9a7e4f3583c2e1d4b5a69788-";
const std::string lvm = "root=/dev/mapper/fedora-root ro rd.lvm.lv=fedora/root";

bool has(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string entry(const std::string &kernel, const std::string &options) {
    return "title a\nlinux " + kernel + "\n" + (options.empty() ? "" : "options " + options + "\n");
}

} // namespace

TEST_CASE("Fedora: the entry of the running kernel", "[reset]") {
    BootMachine machine("fedora");
    machine.root.write("/proc/sys/kernel/osrelease", "6.11.4-301.fc41.x86_64\n");
    CHECK(machine.reset({}) == fedora + "6.11.4-301.fc41.x86_64.conf\n-options " + lvm +
                                   " rhgb quiet crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M\n+options " +
                                   lvm + " rhgb quiet " + x86 + "\n");
    CHECK(machine.last.out.starts_with("Updated " + x86 +
                                       " for kernel=/boot/vmlinuz-6.11.4-301.fc41.x86_64\n"));
    CHECK(machine.log.empty());
    machine.reset({});
    CHECK(machine.last.out ==
          "No need to update " + x86 + " for kernel=/boot/vmlinuz-6.11.4-301.fc41.x86_64\n");
}

TEST_CASE("Fedora: the kernel that sysconfig names, DEFAULT, a path", "[reset]") {
    std::string old = fedora + "6.10.12-200.fc40.x86_64.conf\n-options " + lvm +
                      " crashkernel=auto  rhgb quiet $tuned_params\n+options " + lvm + " " + x86 +
                      "  rhgb quiet $tuned_params\n";
    BootMachine named("fedora");
    named.root.write("/etc/sysconfig/kdump", "KDUMP_KERNELVER=\"6.10.12-200.fc40.x86_64\"\n");
    CHECK(named.reset({}) == old);
    for (const char *path : {"/boot/vmlinuz-6.10.12-200.fc40.x86_64", "/vmlinuz-6.10.12-200.fc40.x86_64"}) {
        BootMachine machine("fedora");
        CHECK(machine.reset({"--kernel", path}) == old);
    }
    BootMachine machine("fedora"); // GRUB's saved entry is the newer one
    CHECK(machine.reset({"--kernel=DEFAULT"}).starts_with(fedora + "6.11.4-301"));
    BootMachine without_release("fedora");
    CHECK(without_release.reset({}).starts_with(fedora + "6.11.4-301"));
}

TEST_CASE("Fedora: all kernels, and those to come", "[reset]") {
    BootMachine machine("fedora");
    std::string changes = machine.reset({"--kernel=ALL"});
    CHECK(has(changes, fedora + "0-rescue.conf\n-options " + lvm + "\n+options " + lvm + " " + x86 + "\n"));
    CHECK(has(changes, "etc/default/grub\n-GRUB_CMDLINE_LINUX=\"rd.lvm.lv=fedora/root rhgb quiet\"\n"
                       "+GRUB_CMDLINE_LINUX=\"rd.lvm.lv=fedora/root rhgb quiet " +
                           x86 + "\"\n"));
    CHECK(has(changes, "etc/kernel/cmdline\n-" + lvm + " rhgb quiet\n+" + lvm + " rhgb quiet " + x86 + "\n"));
    CHECK(machine.text("/boot/grub2/grubenv").size() == 1024);
    CHECK(machine.log.empty());
    CHECK(machine.reset({"--undo"}).empty());
}

TEST_CASE("Fedora's older form: the words are a variable of GRUB", "[reset]") {
    BootMachine machine;
    std::string block =
        "# GRUB Environment Block\nsaved_entry=m-2\nkernelopts=root=/dev/a ro crashkernel=auto \n";
    block.resize(1024, '#');
    machine.root.write("/boot/grub2/grubenv", block);
    for (const char *version : {"1", "2"})
        machine.root.write(std::string("/boot/loader/entries/m-") + version + ".conf",
                           entry(std::string("/vmlinuz-") + version, "$kernelopts quiet"));
    CHECK(machine.reset({"--kernel=/boot/vmlinuz-1"}) == entries +
                                                             "m-1.conf\n-options $kernelopts quiet\n"
                                                             "+options root=/dev/a ro " +
                                                             x86 + "  quiet\n");
    machine.reset({"--undo"});
    CHECK(machine.changes().empty());
    std::string changes = machine.reset({"--kernel=ALL"});
    CHECK(has(changes, "+kernelopts=root=/dev/a ro " + x86 + " \n"));
    CHECK_FALSE(has(changes, entries));
    CHECK(machine.text("/boot/grub2/grubenv").size() == 1024);
}

TEST_CASE("a variable that does not fit into GRUB's block is refused", "[reset]") {
    BootMachine machine;
    std::string block = "kernelopts=crashkernel=1M ";
    block.resize(1020, 'a');
    machine.root.write("/boot/grub2/grubenv", block + "\n###");
    machine.root.write("/boot/loader/entries/a.conf", entry("/vmlinuz-1", "$kernelopts"));
    Ran ran = machine.run({"reset-crashkernel", "--kernel=ALL"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "GRUB's environment block has 1024")));
    CHECK(machine.changes().empty());
}

TEST_CASE("Debian: GRUB's defaults and the piece of kdump-tools, then update-grub", "[reset]") {
    BootMachine machine("debian");
    machine.install_grub("/usr/sbin/update-grub", "/boot/grub/grub.cfg");
    std::string changes = machine.reset({"--kernel=ALL"});
    CHECK(has(changes, "etc/default/grub.d/kdump-tools.cfg\n"
                       "-GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=384M-:128M\"\n"
                       "+GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT " +
                           x86 + "\"\n"));
    CHECK_FALSE(has(changes, "etc/default/grub\n"));
    CHECK(machine.log == std::vector<std::string>{"/usr/sbin/update-grub"});
    CHECK(machine.text("/boot/grub/grub.cfg") ==
          "linux /boot/vmlinuz root=/dev/a  quiet splash " + x86 + "\n");
    CHECK(machine.last.out.starts_with("Updated " + x86 + " for all kernels\n"));
    machine.reset({"--kernel=ALL"});
    CHECK(machine.log.size() == 1); // nothing had to be made
}

TEST_CASE("Debian: an undo makes grub.cfg anew as well", "[reset]") {
    BootMachine machine("debian");
    machine.install_grub("/usr/sbin/update-grub", "/boot/grub/grub.cfg");
    machine.reset({});
    CHECK(has(machine.last.err, "all of them are changed"));
    machine.reset({"--undo"});
    CHECK(machine.log.size() == 2);
    CHECK(machine.text("/etc/default/grub.d/kdump-tools.cfg") ==
          "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=384M-:128M\"\n");
    CHECK(machine.text("/boot/grub/grub.cfg") ==
          "linux /boot/vmlinuz root=/dev/a  quiet splash crashkernel=384M-:128M\n");
}

TEST_CASE("Debian without kdump-tools: the word comes into /etc/default/grub", "[reset]") {
    BootMachine machine("debian");
    machine.root.remove("/etc/default/grub.d/kdump-tools.cfg");
    machine.install_grub("/usr/sbin/update-grub", "/boot/grub/grub.cfg");
    CHECK(has(machine.reset({"--kernel=ALL"}),
              "etc/default/grub\n-GRUB_CMDLINE_LINUX=\"\"\n+GRUB_CMDLINE_LINUX=\"" + x86 + "\"\n"));
    CHECK(machine.text("/boot/grub/grub.cfg") ==
          "linux /boot/vmlinuz root=/dev/a " + x86 + " quiet splash\n");
}

TEST_CASE("grub.cfg is made where a power cut came before that", "[reset]") {
    BootMachine machine("debian");
    machine.install_grub("/usr/sbin/update-grub", "/boot/grub/grub.cfg");
    machine.root.write("/etc/default/grub.d/kdump-tools.cfg", "GRUB_CMDLINE_LINUX_DEFAULT=\"" + x86 + "\"\n");
    machine.reset({"--kernel=ALL"});
    CHECK(machine.log.size() == 1);
    CHECK(has(machine.text("/boot/grub/grub.cfg"), x86));
}

TEST_CASE("openSUSE: two parameters become one, in a value of two lines", "[reset]") {
    BootMachine machine("opensuse");
    machine.install_grub("/usr/sbin/grub2-mkconfig", "/boot/grub2/grub.cfg");
    std::string changes = machine.reset({});
    CHECK(
        has(changes, "etc/default/grub\n- crashkernel=214M,high quiet crashkernel=72M,low security=apparmor "
                     "mitigations=auto\"\n+ " +
                         x86 + " quiet security=apparmor mitigations=auto\"\n"));
    CHECK(machine.log == std::vector<std::string>{"/usr/sbin/grub2-mkconfig -o /boot/grub2/grub.cfg"});
    CHECK(has(machine.text("/boot/grub2/grub.cfg"),
              "resume=/dev/vda2 " + x86.substr(0, 0) + " " + x86 + " quiet"));
}

TEST_CASE("a board: labels of extlinux.conf, each in its own way", "[reset]") {
    BootMachine machine("board");
    machine.architecture = "aarch64";
    std::string arm = "crashkernel=2G-4G:256M,4G-64G:320M,64G-:576M", file = "boot/extlinux/extlinux.conf\n";
    std::string quiet = "\tappend root=/dev/mmcblk0p2 ro quiet ",
                single = "\tAPPEND root=/dev/mmcblk0p2 ro single";
    CHECK(machine.reset({"--kernel=DEFAULT"}) ==
          file + "-" + quiet + "crashkernel=128M@1G -- emergency\n+" + quiet + arm + " -- emergency\n");
    machine.reset({"--undo"});
    std::string both = "-" + quiet + "crashkernel=128M@1G -- emergency\n+" + quiet + arm +
                       " -- emergency\n-" + single + "\n+" + single + " " + arm + "\n";
    CHECK(machine.reset({"--kernel=/boot/vmlinuz-6.1.0-26-arm64"}) == file + both);
    machine.reset({"--undo"});
    CHECK(machine.reset({"--kernel=ALL"}) == file + both + "+\tappend " + arm +
                                                 "\netc/default/u-boot\n-U_BOOT_PARAMETERS=\"ro quiet\"\n"
                                                 "+U_BOOT_PARAMETERS=\"ro quiet " +
                                                 arm + "\"\n");
}

TEST_CASE("kernels with pages of 64 KiB get what those need", "[reset]") {
    BootMachine machine;
    machine.architecture = "aarch64";
    machine.root.write("/boot/loader/entries/a.conf", entry("/vmlinuz-5.14.0-1.aarch64", "a"));
    machine.root.write("/boot/loader/entries/b.conf", entry("/vmlinuz-5.14.0-1.aarch64+64k", "b"));
    std::string changes = machine.reset({"--kernel=ALL"});
    CHECK(has(changes, "+options a crashkernel=2G-4G:256M,4G-64G:320M,64G-:576M\n"));
    CHECK(has(changes, "+options b crashkernel=2G-4G:356M,4G-64G:420M,64G-:676M\n"));
}

TEST_CASE("entries in the EFI partition, and one without options", "[reset]") {
    BootMachine machine;
    machine.root.write("/boot/efi/loader/entries/m-6.1.0.conf",
                       "title Debian\nlinux /m/6.1.0/linux\ninitrd /m/6.1.0/initrd\n");
    machine.root.write("/boot/efi/EFI/Linux/m-6.6.efi", "MZ");
    machine.root.write("/etc/kernel/cmdline", "root=/dev/a quiet");
    machine.root.write("/proc/sys/kernel/osrelease", "6.1.0\n");
    CHECK(machine.reset({}) == "boot/efi/loader/entries/m-6.1.0.conf\n+options " + x86 + "\n");
    CHECK(has(machine.last.err, "1 unified kernel image has the command line inside"));
    CHECK(has(machine.reset({"--kernel=ALL"}),
              "etc/kernel/cmdline\n-root=/dev/a quiet\n+root=/dev/a quiet " + x86));
}

TEST_CASE("GRUB's old menu keeps what stands around the words", "[reset]") {
    BootMachine machine;
    machine.root.write(
        "/boot/grub/grub.conf",
        "# grub.conf generated by anaconda\ndefault=1\ntimeout=5\n\ntitle One (2.6.32-1)\n\troot (hd0,0)\n"
        "\tkernel /vmlinuz-2.6.32-1 ro root=/dev/a crashkernel=auto rhgb\n\tinitrd /i-1\n"
        "title Two\n\tkernel (hd0,0)/vmlinuz-2.6.32-0\n");
    REQUIRE(::symlink("grub.conf", machine.root.path("/boot/grub/menu.lst").c_str()) == 0);
    CHECK(machine.reset({"--kernel=/boot/vmlinuz-2.6.32-1"}) ==
          "boot/grub/grub.conf\n-\tkernel /vmlinuz-2.6.32-1 ro root=/dev/a crashkernel=auto rhgb\n"
          "+\tkernel /vmlinuz-2.6.32-1 ro root=/dev/a " +
              x86 + " rhgb\n");
    machine.reset({"--undo"});
    CHECK(machine.reset({"--kernel=DEFAULT"}) == "boot/grub/grub.conf\n-\tkernel (hd0,0)/vmlinuz-2.6.32-0\n"
                                                 "+\tkernel (hd0,0)/vmlinuz-2.6.32-0 " +
                                                     x86 + "\n");
}

TEST_CASE("zipl.conf: sections, then zipl", "[reset]") {
    BootMachine machine;
    machine.architecture = "s390x";
    machine.root.write(
        "/etc/zipl.conf",
        "[defaultboot]\ndefaultauto\ndefault=linux\ntarget=/boot\n[linux]\n\timage=/boot/vmlinuz-3.10.0\n"
        "\tramdisk=/boot/initramfs\n\tparameters=\"root=/dev/dasda1 crashkernel=auto\"\n"
        "[bare]\n\timage = /boot/vmlinuz-3.9.0\n");
    Ran ran = machine.run({"reset-crashkernel"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "zipl is not installed") &&
           machine.changes().empty()));
    machine.install("/sbin/zipl", [] { return 0; });
    CHECK(has(machine.reset({}), "etc/zipl.conf\n-\tparameters=\"root=/dev/dasda1 crashkernel=auto\"\n"
                                 "+\tparameters=\"root=/dev/dasda1 " +
                                     x86 + "\"\n"));
    CHECK(has(machine.reset({"--kernel=/boot/vmlinuz-3.9.0"}), "+\tparameters=\"" + x86 + "\"\n"));
    machine.reset({"--undo"});
    CHECK(machine.log == std::vector<std::string>(3, "/sbin/zipl"));
}

TEST_CASE("entries on s390x: zipl brings them to the disk", "[reset]") {
    BootMachine machine;
    machine.architecture = "s390x";
    machine.root.write("/etc/zipl.conf", "[defaultboot]\ndefaultauto\nprompt=1\ntarget=/boot\n");
    machine.root.write("/boot/loader/entries/a.conf", entry("/boot/vmlinuz-6.1", "root=/dev/a"));
    machine.install("/usr/sbin/zipl", [] { return 0; });
    CHECK(machine.reset({}) == entries + "a.conf\n-options root=/dev/a\n+options root=/dev/a " + x86 + "\n");
    CHECK(machine.log == std::vector<std::string>{"/usr/sbin/zipl"});
}

TEST_CASE("grubby does what it knows, and its file is put back by an undo", "[reset]") {
    BootMachine machine;
    std::string menu = "menuentry 'a' {\n\tlinux16 /vmlinuz-3.10.0-1 root=/dev/a crashkernel=auto\n}\n";
    machine.root.write("/boot/grub2/grub.cfg", menu);
    machine.root.write("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"crashkernel=auto\"\n");
    machine.install("/usr/sbin/grubby", [&] {
        machine.root.write("/boot/grub2/grub.cfg", "linux16 /vmlinuz-3.10.0-1 root=/dev/a " + x86 + "\n");
        return 0;
    });
    CHECK(has(machine.reset({"--kernel=ALL"}), "+GRUB_CMDLINE_LINUX=\"" + x86 + "\""));
    CHECK(machine.log ==
          std::vector<std::string>{"/usr/sbin/grubby --update-kernel=/boot/vmlinuz-3.10.0-1 --args=" + x86});
    CHECK(machine.reset({"--undo"}).empty());
    machine.root.remove("/boot/grub2/grub.cfg");
    machine.reset({"--kernel=DEFAULT"});
    CHECK(machine.log.back() == "/usr/sbin/grubby --update-kernel=DEFAULT --args=" + x86);
}

TEST_CASE("rpm-ostree is asked, and asked for the reverse by an undo", "[reset]") {
    BootMachine machine;
    machine.root.write("/run/ostree-booted", "");
    machine.root.write("/boot/loader/entries/ostree-1.conf",
                       entry("/ostree/a/vmlinuz", "root=/dev/a crashkernel=auto ostree=/a/0"));
    machine.install("/usr/bin/rpm-ostree", [] { return 0; });
    machine.reset({"--kernel=ALL"});
    CHECK(has(machine.last.err, "--kernel= has no effect"));
    machine.reset({"--undo"});
    CHECK(machine.log ==
          std::vector<std::string>{"/usr/bin/rpm-ostree kargs --delete=crashkernel=auto --append=" + x86,
                                   "/usr/bin/rpm-ostree kargs --append=crashkernel=auto --delete=" + x86});
    CHECK(machine.changes().empty());
    machine.root.write("/boot/loader/entries/ostree-1.conf",
                       entry("/ostree/a/vmlinuz", "root=/dev/a " + x86));
    machine.reset({});
    CHECK(machine.log.size() == 2);
    machine.architecture = "ppc64le";
    machine.root.write("/boot/loader/entries/ostree-1.conf",
                       entry("/ostree/a/vmlinuz", "fadump=on root=/dev/a " + power_fadump));
    machine.reset({"--fadump=on"});
    CHECK(machine.log.size() == 2);
    machine.reset({"--fadump=nocma"});
    CHECK(machine.log.back() == "/usr/bin/rpm-ostree kargs --delete=fadump=on --append=fadump=nocma");
}

TEST_CASE("fadump: each entry keeps its own mode, and --fadump sets it", "[reset]") {
    BootMachine machine;
    machine.architecture = "ppc64le";
    machine.root.write("/boot/loader/entries/a.conf", entry("/vmlinuz-1", "a crashkernel=1G"));
    machine.root.write("/boot/loader/entries/b.conf", entry("/vmlinuz-2", "b fadump=nocma"));
    machine.root.write("/boot/loader/entries/c.conf", entry("/vmlinuz-3", "fadump=off c"));
    std::string changes = machine.reset({"--kernel=ALL"});
    CHECK(has(changes, "+options a " + power + "\n"));
    CHECK(has(changes, "+options b fadump=nocma " + power_fadump + "\n"));
    CHECK(has(changes, "+options fadump=off c " + power + "\n"));
    changes = machine.reset({"--kernel=ALL", "--fadump=on"});
    CHECK(has(changes, "+options a " + power_fadump + " fadump=on\n"));
    CHECK(has(changes, "+options b fadump=on " + power_fadump + "\n"));
    CHECK(has(changes, "+options fadump=on c " + power_fadump + "\n"));
    changes = machine.reset({"--kernel=ALL", "--fadump=off"});
    CHECK(has(changes, "+options a " + power + "\n"));
    CHECK(has(changes, "+options b " + power + "\n"));
    CHECK(has(changes, "+options c " + power + "\n"));
    CHECK(has(machine.reset({"--kernel=/vmlinuz-2", "--fadump=nocma"}),
              "options b " + power_fadump + " fadump=nocma"));
}

TEST_CASE("--fadump is for ppc64le, and a default is needed", "[reset]") {
    BootMachine machine("fedora");
    Ran ran = machine.run({"reset-crashkernel", "--fadump=on"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "--fadump is for ppc64le; this is x86_64")));
    ran = machine.run({"reset-crashkernel", "--fadump=maybe"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "on, off or nocma")));
    machine.architecture = "riscv64";
    ran = machine.run({"reset-crashkernel"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "no default for kdump on riscv64")));
    CHECK(machine.changes().empty());
}

TEST_CASE("a kernel that has no entry is an error that names those that have", "[reset]") {
    BootMachine machine("fedora");
    Ran ran = machine.run({"reset-crashkernel", "--kernel=/boot/vmlinuz-5"});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(has(ran.err, "no entry for /boot/vmlinuz-5\n"));
    CHECK(has(ran.err, "/boot/vmlinuz-6.10.12-200.fc40.x86_64, "));
    machine.root.write("/proc/sys/kernel/osrelease", "5.0\n");
    CHECK(machine.run({"reset-crashkernel"}).outcome == Outcome::failed);
    CHECK(machine.run({"reset-crashkernel", "--kernel=all"}).outcome == Outcome::failed);
    CHECK(machine.changes() == "proc/sys/kernel/osrelease is new\n");
}

TEST_CASE("a small machine is warned", "[reset]") {
    BootMachine machine("fedora");
    machine.root.write("/proc/iomem", "00000000-3fffffff : System RAM\n");
    machine.reset({});
    CHECK(has(machine.last.err, "less than 2 GiB of memory"));
    machine.architecture = "ppc64le";
    machine.root.write("/proc/iomem", "00000000-bfffffff : System RAM\n");
    machine.reset({"--fadump=on"});
    CHECK(has(machine.last.err, "less than 4 GiB of memory"));
    machine.reset({"--fadump=off"});
    CHECK_FALSE(has(machine.last.err, "GiB"));
}

TEST_CASE("--print changes nothing and shows every line that would", "[reset]") {
    BootMachine machine("debian");
    machine.install_grub("/usr/sbin/update-grub", "/boot/grub/grub.cfg");
    CHECK(machine.reset({"--print", "--kernel=ALL"}).empty());
    CHECK(machine.last.out ==
          "/etc/default/grub.d/kdump-tools.cfg:\n"
          "-GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=384M-:128M\"\n"
          "+GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT " +
              x86 + "\"\nthen run /usr/sbin/update-grub\n");
    CHECK(machine.log.empty());
    BootMachine keys;
    keys.root.write("/boot/loader/entries/a.conf", entry("/vmlinuz-1", "rd.luks.key=secret"));
    keys.reset({"--print"});
    CHECK((has(keys.last.out, "(hidden) " + x86) && !has(keys.last.out, "secret")));
}

TEST_CASE("where no boot loader is known, --print tells what to set by hand", "[reset]") {
    BootMachine machine;
    machine.root.write("/proc/cmdline", "console=ttyS0 root=/dev/mmcblk0p2 crashkernel=64M a=\"b c\"\n");
    Ran ran = machine.run({"reset-crashkernel"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "--print tells what to set by hand")));
    machine.reset({"--print"});
    std::string line = "console=ttyS0 root=/dev/mmcblk0p2 " + x86;
    CHECK(machine.last.out.starts_with(x86 + "\n\nU-Boot"));
    CHECK(has(machine.last.out, "    setenv bootargs '" + line + " a=\"b c\"'\n    saveenv\n"));
    CHECK(has(machine.last.out, "    bootargs = \"" + line + " a=\\\"b c\\\"\";\n"));
}

TEST_CASE("packages reset where kdump.conf lets them and the service is enabled", "[reset]") {
    BootMachine machine("fedora");
    std::vector<std::string> update{"_reset-crashkernel-after-update"};
    CHECK(machine.run(update).outcome == Outcome::done);
    CHECK(machine.changes().empty());
    machine.root.write("/etc/systemd/system/multi-user.target.wants/kdump.service", "");
    machine.root.write("/etc/kdump.conf", "auto_reset_crashkernel no\n");
    CHECK(machine.run(update).outcome == Outcome::done);
    CHECK_FALSE(has(machine.changes(), "+options"));
    machine.root.write("/etc/kdump.conf", "path /var/crash\n");
    Ran ran = machine.run({"_reset-crashkernel-for-installed_kernel", "6.10.12-200.fc40.x86_64"});
    CHECK(ran.out.starts_with("Updated " + x86 + " for kernel=/boot/vmlinuz-6.10.12-200.fc40.x86_64\n"));
    CHECK_FALSE(has(machine.changes(), fedora + "6.11.4"));
    ran = machine.run(update);
    CHECK(has(ran.out, "Updated " + x86 + " for kernel=/boot/vmlinuz-6.11.4-301.fc41.x86_64\n"));
    CHECK(machine.run(update).out.empty());
    CHECK(machine.run({"_reset-crashkernel-for-installed_kernel"}).outcome == Outcome::failed);
    BootMachine without;
    without.root.write("/etc/systemd/system/multi-user.target.wants/kdump.service", "");
    CHECK(without.run(update).outcome == Outcome::done);
}

TEST_CASE("--root names the tree, which has to be there", "[reset]") {
    BootMachine machine, other("fedora");
    machine.reset({"--root", other.root.path() + "//", "--kernel=ALL"});
    CHECK((machine.changes().empty() && has(machine.last.out, "Updated " + x86)));
    CHECK(has(other.text("/" + fedora + "0-rescue.conf"), x86));
    machine.reset({"--root=" + other.root.path(), "--undo"});
    CHECK_FALSE(has(other.text("/" + fedora + "0-rescue.conf"), x86));
    CHECK(machine.run({"reset-crashkernel", "--root=/nowhere/at/all"}).outcome == Outcome::failed);
    CHECK(machine.run({"reset-crashkernel", "--undo", "--kernel=ALL"}).outcome == Outcome::failed);
}
