// SPDX-License-Identifier: GPL-2.0-or-later
// The drivers on the way to a disk, in trees of /sys as real machines have them.
#include "capture/devices.h"

#include "tests/capture/fake_system.h"
#include "tests/catch.h"

using namespace kexec::testing;

namespace kexec::capture {

namespace {

std::vector<std::string> modules_to(const FakeSystem &system, const std::string &path) {
    auto device = find_block_device(system.root(), path);
    REQUIRE(device);
    std::vector<std::string> names;
    for (const Driver &driver : device->drivers)
        names.push_back(driver.module);
    return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("devices: the drivers of a partition's disk come from the bus on") {
    FakeSystem system;
    CHECK(modules_to(system, "/dev/vda1") == Names{"virtio_pci", "virtio_blk"});
    auto device = find_block_device(system.root(), "/dev/vda1");
    CHECK(device->name == "vda1");
    CHECK(device->size == 1 << 20);
    CHECK(device->drivers.back().modalias == "virtio:d00000002v00001AF4");
}

TEST_CASE("devices: a link in /dev leads to the device") {
    FakeSystem system;
    system.link("dev/disk/by-id/a-disk", "dev/vda1");
    CHECK(find_block_device(system.root(), "/dev/disk/by-id/a-disk")->name == "vda1");
}

TEST_CASE("devices: what supplies a board's controller comes before it") {
    FakeSystem system;
    system.add_device("platform/clock0", "clock", "clock", "of:clock");
    system.add_device("platform/mmc0", "mmc", "sdhci", "of:mmc");
    system.link("sys/devices/virtual/devlink/a/supplier", "sys/devices/platform/clock0");
    system.link("sys/devices/platform/mmc0/supplier:platform:clock0", "sys/devices/virtual/devlink/a");
    system.add_device("platform/mmc0/mmc_host/mmc0/mmc0:0001", "mmcblk", "mmc_block", "mmc:block");
    system.add_disk("platform/mmc0/mmc_host/mmc0/mmc0:0001/block/mmcblk0", "mmcblk0", {});
    CHECK(modules_to(system, "/dev/mmcblk0") == Names{"clock", "sdhci", "mmc_block"});
}

TEST_CASE("devices: suppliers in a circle are entered once") {
    FakeSystem system;
    for (std::string name : {"a", "b"})
        system.add_device("platform/" + name, name, name, "of:" + name);
    system.link("sys/devices/virtual/devlink/ab/supplier", "sys/devices/platform/b");
    system.link("sys/devices/virtual/devlink/ba/supplier", "sys/devices/platform/a");
    system.link("sys/devices/platform/a/supplier:b", "sys/devices/virtual/devlink/ab");
    system.link("sys/devices/platform/b/supplier:a", "sys/devices/virtual/devlink/ba");
    system.add_disk("platform/a/block/sda", "sda", {});
    CHECK(modules_to(system, "/dev/sda") == Names{"b", "a"});
}

TEST_CASE("devices: an NVMe disk with several ways has the drivers of all") {
    FakeSystem system;
    system.add_device("pci0/0000:00:05.0", "nvme", "nvme", "pci:nvme");
    system.files().write("sys/devices/pci0/0000:00:05.0/nvme/nvme0/state", "live");
    system.link("sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
                "sys/devices/pci0/0000:00:05.0/nvme/nvme0");
    system.add_disk("virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "nvme0n1", {});
    CHECK(modules_to(system, "/dev/nvme0n1") == Names{"nvme"});
}

TEST_CASE("devices: a name with a slash is one with an exclamation mark in /sys") {
    FakeSystem system;
    system.add_device("pci0/raid", "cciss", "cciss", "pci:cciss");
    system.add_disk("pci0/raid/block/cciss!c0d0", "cciss!c0d0", {});
    CHECK(modules_to(system, "/dev/cciss/c0d0") == Names{"cciss"});
}

TEST_CASE("devices: what a program puts together is refused, and what is not there is named") {
    FakeSystem system;
    system.add_disk("virtual/block/dm-0", "dm-0", {});
    system.link("dev/mapper/volume", "dev/dm-0");
    auto volume = find_block_device(system.root(), "/dev/mapper/volume");
    REQUIRE_FALSE(volume);
    CHECK(volume.error().cause == Cause::unsupported);
    CHECK(volume.error().what ==
          "/dev/mapper/volume (dm-0) is put together by a program, not by the kernel alone");
    auto nothing = find_block_device(system.root(), "/dev/vdz");
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().cause == Cause::missing_file);
}

TEST_CASE("devices: a file system is found by its label or UUID on any device") {
    FakeSystem system;
    system.add_disk("pci0/0000:00:04.0/virtio1/block/vda/vda2", "vda2", made_superblock("xfs", '2', "other"));
    CHECK(devices_named(system.root(), "LABEL=disk") == Names{"vda1"});
    CHECK(devices_named(system.root(), "UUID=22222222-2222-2222-2222-222222222222") == Names{"vda2"});
    CHECK(devices_named(system.root(), "LABEL=nowhere").empty());
}

} // namespace kexec::capture
