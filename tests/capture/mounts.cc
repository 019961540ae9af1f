// SPDX-License-Identifier: GPL-2.0-or-later
// Which target stores below a path of the running system.
#include "capture/mounts.h"

#include "tests/catch.h"

namespace kexec::capture {

namespace {

constexpr std::string_view machine = R"(22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
23 22 0:20 / /proc rw - proc proc rw
24 22 254:2 /@var /var rw,relatime shared:2 master:1 - btrfs /dev/vda2 rw,subvol=/@var
25 24 254:3 / /var/my\040crash rw - xfs /dev/vda3 rw
26 22 254:4 / /srv rw - ext4 /dev/vda4 rw
27 26 254:5 / /srv rw - ext4 /dev/vda5 rw
)";

} // namespace

TEST_CASE("mounts: the innermost mount of a path is its target") {
    auto root = target_of_path(machine, "/home/crash");
    REQUIRE(root);
    CHECK(root->type == "ext4");
    CHECK(root->source == "/dev/vda1");
    CHECK(root->path == "/home/crash");
    auto inner = target_of_path(machine, "/var/my crash/a");
    REQUIRE(inner);
    CHECK(inner->source == "/dev/vda3");
    CHECK(inner->path == "/a");
    CHECK(target_of_path(machine, "/variety")->source == "/dev/vda1");
}

TEST_CASE("mounts: a path in a subvolume of btrfs is one of the whole file system") {
    auto target = target_of_path(machine, "/var/crash");
    REQUIRE(target);
    CHECK(target->type == "btrfs");
    CHECK(target->path == "/@var/crash");
    CHECK(target->options == "subvolid=5");
}

TEST_CASE("mounts: a later mount hides the one before") {
    CHECK(target_of_path(machine, "/srv")->source == "/dev/vda5");
}

TEST_CASE("mounts: a device is found by its name") {
    CHECK(mounted_device(machine, "/dev/vda3")->type == "xfs");
    CHECK_FALSE(mounted_device(machine, "/dev/vdz"));
}

TEST_CASE("mounts: damaged lines name no mount") {
    CHECK_FALSE(target_of_path("1 2 3\n - - -\n22 1 254:1 / / rw - ext4\n", "/a"));
    CHECK_FALSE(target_of_path("", "/a"));
}

} // namespace kexec::capture
