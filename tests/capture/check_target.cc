// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong with a target is told before there is a crash.
#include "capture/check_target.h"

#include "capture/superblock.h"
#include "tests/capture/fake_system.h"
#include "tests/catch.h"

#include <algorithm>
#include <array>

using namespace kexec::testing;

namespace kexec::capture {

namespace {

// The first sentence of the error; empty where there is none.
std::string found(const FakeSystem &system, const std::string &type, const std::string &source) {
    auto checked = check_target(system.root(), {.type = type, .source = source, .path = "/"});
    return checked ? std::string() : checked.error().what;
}

} // namespace

TEST_CASE("check_target: a device that is there, by its path or what is on it") {
    FakeSystem system;
    CHECK(found(system, "ext4", "/dev/vda1").empty());
    CHECK(found(system, "ext4", "LABEL=disk").empty());
    CHECK(found(system, "ext4", "UUID=11111111-1111-1111-1111-111111111111").empty());
    CHECK(found(system, "ext4", "/dev/vdb9") == "/dev/vdb9: this machine has no such block device");
    CHECK(found(system, "ext4", "LABEL=other") == "LABEL=other: no device has a file system of that name");
    CHECK(found(system, "virtiofs", "tag").empty());
    CHECK(found(system, "nfs", "server:/export").empty());
}

TEST_CASE("check_target: a file system of another type is named") {
    FakeSystem system;
    CHECK(found(system, "xfs", "/dev/vda1") == "/dev/vda1 has ext4 on it, and not xfs");
    CHECK(found(system, "btrfs", "LABEL=disk") == "LABEL=disk has ext4 on it, and not btrfs");
    CHECK(found(system, "ext3", "/dev/vda1") == "/dev/vda1 has ext4 on it, and not ext3");
    CHECK(found(system, "minix", "/dev/vda1").empty());
    std::string below = "pci0/0000:00:04.0/virtio1/block/vda/";
    system.add_disk(below + "vda2", "vda2", made_superblock("ext2", '2', "old"));
    CHECK((found(system, "ext2", "/dev/vda2").empty() && found(system, "ext4", "/dev/vda2").empty()));
    system.add_disk(below + "vda3", "vda3", Buffer(made_superblock("xfs", '3', "").size()));
    CHECK(found(system, "xfs", "/dev/vda3") == "/dev/vda3 has no xfs on it");
    CHECK(found(system, "ext4", "/dev/vda").empty()); // nothing can be read of it
}

TEST_CASE("check_target: a raw device has no file system") {
    FakeSystem system;
    CHECK(found(system, "raw", "/dev/vda").empty());
    CHECK(found(system, "raw", "/dev/vda1") ==
          "/dev/vda1 has a file system on it (ext4), which a dump would destroy");
}

TEST_CASE("check_target: a raw device that is used otherwise is not written over") {
    FakeSystem system;
    Buffer encrypted(superblock_reach);
    std::ranges::copy(as_bytes("LUKS\xba\xbe"), encrypted.begin());
    system.add_disk("pci0/0000:00:04.0/virtio1/block/vda/vda2", "vda2", encrypted);
    CHECK(found(system, "raw", "/dev/vda2") ==
          "/dev/vda2 has a LUKS volume on it, which a dump would destroy");
    CHECK(found(system, "xfs", "/dev/vda2") == "/dev/vda2 has no xfs on it");
}

} // namespace kexec::capture
