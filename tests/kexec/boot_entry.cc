// SPDX-License-Identifier: GPL-2.0-or-later
// --load-entry in front of a fake kernel, with a boot partition below the fake root.
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

using namespace kexec;
using namespace kexec::test;

namespace {

using Log = std::vector<std::string>;

// A partition at /boot with one kernel, named as from its own root.
FakeWorld &with_entry(FakeWorld &world, std::string_view more = "") {
    world.root.write("/boot/vmlinuz-6.1", "BOTH calls take it");
    world.root.write("/boot/initrd-6.1", "initial ramdisk");
    world.root.write("/boot/loader/entries/deb-6.1.conf",
                     "linux /vmlinuz-6.1\ninitrd /initrd-6.1\noptions root=/dev/vda1 ro\n" +
                         std::string(more));
    return world;
}

} // namespace

TEST_CASE("an entry names kernel, initial ramdisk and command line", "[boot-entry]") {
    for (const char *name : {"deb-6.1", "deb-6.1.conf", "default"}) {
        FakeWorld world;
        Outcome outcome = with_entry(world).run({"-l", "-y", std::string("--load-entry=") + name});
        CHECK(outcome.err.empty());
        CHECK(world.kernel.log == Log{"kexec_file_load kernel true initrd true flags 0x0"});
        CHECK(world.kernel.last_command_line == "root=/dev/vda1 ro");
    }
}

TEST_CASE("several initial ramdisks of an entry become one piece, in their order") {
    FakeWorld world;
    world.root.write("/boot/ucode.img", "ucode");
    with_entry(world, "initrd /ucode.img\n");
    CHECK(world.run({"-l", "-y", "--load-entry=default"}).status == 0);
    std::string shown = world.run({"--loaded"}).out;
    auto first = shown.find("initrd-6.1"), second = shown.find("ucode.img");
    REQUIRE(second != std::string::npos);
    CHECK(first < second);
    CHECK(world.kernel.log == Log{"kexec_file_load kernel true initrd true flags 0x0"});
}

TEST_CASE("what the user gives stands behind the entry's command line, and instead of its initial ramdisk",
          "[boot-entry]") {
    FakeWorld world;
    with_entry(world, "initrd /gone\n");
    CHECK(world.run({"-l", "--load-entry=default"}).status != 0);
    CHECK(world
              .run({"-l", "--load-entry=default", "--append=quiet", "--remove-arg=ro", "--initrd",
                    world.initrd_file})
              .status == 0);
    CHECK(world.kernel.last_command_line == "root=/dev/vda1 quiet");
}

TEST_CASE("paths from the root of the file system are found, where /boot is no partition", "[boot-entry]") {
    FakeWorld world;
    with_entry(world);
    world.root.write("/boot/loader/entries/deb-6.1.conf", "linux /boot/vmlinuz-6.1\n");
    CHECK(world.run({"-l", "-y", "--load-entry=default"}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_file_load kernel true initrd false flags 0x4"});
}

TEST_CASE("an entry for another machine, and one that is not there, are refused", "[boot-entry]") {
    FakeWorld world;
    CHECK(contains(world.run({"-l", "--load-entry=default"}).err, "there are no boot entries below /boot"));
    with_entry(world, "architecture AA64\n");
    CHECK(contains(world.run({"-l", "--load-entry=deb-6.1"}).err,
                   "deb-6.1.conf is for machines of type AA64, this one is x86_64"));
    CHECK(contains(world.run({"-l", "--load-entry=deb-6.2"}).err, "name one of deb-6.1"));
    CHECK(world.kernel.log.empty());
}
