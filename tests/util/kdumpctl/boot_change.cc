// SPDX-License-Identifier: GPL-2.0-or-later
// What goes wrong while a boot configuration is changed, files that want to lead elsewhere, and undoing.
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/size_limit.h"
#include "tests/util/kdumpctl/boot_machine.h"

#include <sys/stat.h>
#include <unistd.h>

using namespace kexec::testing;
using namespace kexec::kdumpctl;
using kexec::kdumpctl::test::BootMachine;
using kexec::kdumpctl::test::Ran;

namespace {

const std::string backups = "/var/lib/kdump/boot-configuration";
const std::string entry = "title a\nlinux /vmlinuz-1\noptions a b\n";
const std::string entry_path = "/boot/loader/entries/a.conf";

bool has(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

struct stat status_of(const std::string &path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status;
}

} // namespace

TEST_CASE("a program that fails has everything put back", "[boot_change]") {
    BootMachine machine("debian");
    machine.install("/usr/sbin/update-grub", [&] {
        machine.root.write("/boot/grub/grub.cfg", "half a menu");
        return 3;
    });
    Ran ran = machine.run({"reset-crashkernel", "--kernel=ALL"});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(has(ran.err, "/usr/sbin/update-grub ended with status 3"));
    CHECK(has(ran.err, "the files are as they were"));
    CHECK((machine.changes().empty() && ran.out.empty()));
    CHECK_FALSE(exists(machine.root.path(backups + "/1")));
    CHECK(machine.run({"reset-crashkernel", "--undo"}).outcome == Outcome::failed);
}

TEST_CASE("a disk that is full leaves the old files", "[boot_change]") {
    BootMachine machine;
    machine.root.write(entry_path, entry + std::string(2000, '#') + "\n");
    machine.root.write("/boot/loader/entries/b.conf",
                       "linux /vmlinuz-2\noptions b\n" + std::string(3000, '#'));
    std::string err;
    {
        SizeLimit limit(2500); // the backup of b does not fit
        err = machine.run({"reset-crashkernel", "--kernel=ALL"}).err;
    }
    CHECK(has(err, "-incomplete: "));
    CHECK(machine.changes().empty());
    CHECK_FALSE(exists(machine.root.path(backups + "/1")));
    machine.reset({"--kernel=ALL"});
    CHECK(exists(machine.root.path(backups + "/1")));
}

TEST_CASE("the second of two files cannot be written: the first is as it was", "[boot_change]") {
    BootMachine machine;
    machine.root.write(entry_path, entry);
    machine.root.write("/boot/loader/entries/b.conf", "linux /vmlinuz-2\noptions b\n");
    // What the new file would be written as is taken.
    machine.root.write("/boot/loader/entries/b.conf-incomplete/x", "");
    Ran ran = machine.run({"reset-crashkernel", "--kernel=ALL"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "b.conf-incomplete")));
    CHECK(machine.changes().empty());
    CHECK(machine.run({"reset-crashkernel", "--undo"}).outcome == Outcome::failed);
}

TEST_CASE("a file keeps its mode, and the backup is for root alone", "[boot_change]") {
    BootMachine machine;
    std::string path = machine.root.write(entry_path, entry);
    for (mode_t mode : {0644U, 0600U, 0755U}) {
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        machine.reset({});
        CHECK((status_of(path).st_mode & 07777) == mode);
        machine.reset({"--undo"});
        CHECK((status_of(path).st_mode & 07777) == mode);
    }
    machine.reset({});
    CHECK((status_of(machine.root.path(backups)).st_mode & 077) == 0);
    CHECK((status_of(machine.root.path(backups + "/1/before" + entry_path)).st_mode & 077) == 0);
    CHECK(text_of_file(machine.root.path(backups + "/1/before" + entry_path)) == entry);
}

TEST_CASE("changes are undone one after the other, the last one first", "[boot_change]") {
    BootMachine machine;
    machine.architecture = "ppc64le";
    machine.root.write(entry_path, entry);
    machine.reset({});
    std::string once = machine.text(entry_path);
    machine.reset({"--fadump=on"});
    CHECK(machine.reset({"--undo", "--print"}) != "");
    CHECK(has(machine.last.out, "fadump=on\n+options"));
    machine.reset({"--undo"});
    CHECK(machine.text(entry_path) == once);
    CHECK(machine.last.out ==
          entry_path + " is as it was\nThe last change of the boot configuration is undone\n");
    machine.reset({"--undo"});
    CHECK(machine.changes().empty());
    Ran ran = machine.run({"reset-crashkernel", "--undo"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "no change of the boot configuration is known")));
}

TEST_CASE("what was changed since is not undone", "[boot_change]") {
    BootMachine machine;
    machine.root.write(entry_path, entry);
    machine.reset({});
    machine.root.write(entry_path, machine.text(entry_path) + "# mine\n");
    Ran ran = machine.run({"reset-crashkernel", "--undo"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, entry_path + " was changed since")));
    CHECK(has(ran.err, backups + "/1/before" + entry_path));
    CHECK(has(machine.text(entry_path), "# mine"));
}

TEST_CASE("ten changes are kept", "[boot_change]") {
    BootMachine machine;
    for (int i = 0; i < 12; i++) {
        machine.root.write(entry_path, entry);
        machine.reset({});
    }
    CHECK_FALSE(exists(machine.root.path(backups + "/2")));
    CHECK(exists(machine.root.path(backups + "/3")));
    CHECK(exists(machine.root.path(backups + "/12")));
}

TEST_CASE("links out of the tree are refused, links within it are followed", "[boot_change]") {
    TemporaryDirectory outside;
    BootMachine machine;
    std::string path = outside.write("/a.conf", entry);
    machine.root.write("/boot/loader/entries/.keep", "");
    REQUIRE(::symlink(path.c_str(), machine.root.path(entry_path).c_str()) == 0);
    Ran ran = machine.run({"reset-crashkernel"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "the link leads out of")));
    CHECK(text_of_file(path) == entry);
    machine.root.remove(entry_path);
    machine.root.write("/boot/loader/other", entry);
    REQUIRE(::symlink("../other", machine.root.path(entry_path).c_str()) == 0);
    machine.reset({});
    CHECK(has(machine.text("/boot/loader/other"), "options a b crashkernel="));
    struct stat status {};
    CHECK((::lstat(machine.root.path(entry_path).c_str(), &status) == 0 && S_ISLNK(status.st_mode)));
}

TEST_CASE("a directory that is a link out of the tree is refused", "[boot_change]") {
    TemporaryDirectory outside;
    BootMachine machine;
    std::string path = outside.write("/entries/a.conf", entry);
    machine.root.write("/boot/loader/.keep", "");
    REQUIRE(::symlink(outside.path("/entries").c_str(), machine.root.path("/boot/loader/entries").c_str()) ==
            0);
    CHECK(machine.run({"reset-crashkernel"}).outcome == Outcome::failed);
    CHECK(text_of_file(path) == entry);
}

TEST_CASE("backups do not go out of the tree either", "[boot_change]") {
    TemporaryDirectory outside;
    BootMachine machine;
    machine.root.write(entry_path, entry);
    machine.root.write("/var/.keep", "");
    REQUIRE(::symlink(outside.path().c_str(), machine.root.path("/var/lib").c_str()) == 0);
    Ran ran = machine.run({"reset-crashkernel"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "leads out of")));
    CHECK_FALSE(exists(outside.path("/kdump")));
    CHECK(machine.text(entry_path) == entry);
}

TEST_CASE("what is no text, too long, a pipe or a directory is refused", "[boot_change]") {
    BootMachine machine;
    for (const std::string &content :
         {std::string("linux /a\noptions a\0b\n", 21), "linux /a\noptions " + std::string(70000, 'x') + "\n",
          entry + std::string(2 << 20, '#')}) {
        machine.root.write(entry_path, content);
        Ran ran = machine.run({"reset-crashkernel"});
        CHECK((ran.outcome == Outcome::failed && has(ran.err, entry_path)));
        CHECK(machine.text(entry_path) == content);
    }
    machine.root.remove(entry_path);
    REQUIRE(::mkfifo(machine.root.path(entry_path).c_str(), 0600) == 0);
    CHECK(machine.run({"reset-crashkernel"}).outcome == Outcome::failed);
    machine.root.remove(entry_path);
    machine.root.write(entry_path + "/x", "");
    CHECK(machine.run({"reset-crashkernel"}).outcome == Outcome::failed);
}

TEST_CASE("a file that changes while it is looked at is not overwritten", "[boot_change]") {
    BootMachine machine;
    machine.root.write(entry_path, entry);
    // The second look sees what a program wrote in the meantime.
    machine.root.write("/etc/zipl.conf", "[defaultboot]\ndefaultauto\n");
    machine.install("/usr/sbin/zipl", [&] {
        machine.root.write(entry_path, "linux /vmlinuz-1\noptions other\n");
        return 0;
    });
    machine.reset({});
    Ran ran = machine.run({"reset-crashkernel", "--undo"});
    CHECK((ran.outcome == Outcome::failed && has(ran.err, "was changed since")));
    CHECK(machine.text(entry_path) == "linux /vmlinuz-1\noptions other\n");
}
