// SPDX-License-Identifier: GPL-2.0-or-later
// What a capture initramfs holds, for targets of each kind.
#include "capture/initramfs.h"

#include "base/compress.h"
#include "base/cpio.h"
#include "base/process.h"
#include "capture/layout.h"
#include "tests/capture/fake_system.h"
#include "tests/catch.h"

#include <algorithm>
#include <map>
#include <sys/stat.h>

using namespace kexec::testing;

namespace kexec::capture {

namespace {

using Files = std::map<std::string, std::string>;

Files files_in(Bytes gzip) {
    auto bytes = decompress(gzip, Compression::gzip, 1 << 30);
    REQUIRE(bytes);
    Files files;
    REQUIRE(read_archive(*bytes, [&](const ArchiveEntry &entry) {
        if ((entry.mode & S_IFMT) != S_IFDIR)
            files[std::string(entry.path)] = as_text(entry.content);
    }));
    return files;
}

Settings settings_in(const Files &files) {
    auto settings = parse_settings(files.at("kdump/settings"));
    REQUIRE(settings);
    return *settings;
}

Target ext4(std::string source) {
    return {.type = "ext4", .source = std::move(source), .path = "/var/crash"};
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("initramfs: the program is /init, and what the target needs is loaded in order") {
    FakeSystem system;
    auto made = make_initramfs(system.wish(ext4("/dev/vda1")));
    REQUIRE(made);
    CHECK(made->modules == Names{"virtio", "virtio_pci", "virtio_blk", "jbd2", "ext4"});
    CHECK(made->warnings.empty());
    Files files = files_in(made->bytes);
    CHECK(files.at("init") == "the program");
    CHECK(files.at("kdump/modules/0000-virtio.ko") == "module virtio");
    CHECK(files.at("kdump/modules/0004-ext4.ko") == "module ext4");
    CHECK(files.contains("dev/console"));
    CHECK(std::ranges::count_if(files, [](const auto &file) { return file.first.ends_with(".ko"); }) == 5);
}

TEST_CASE("initramfs: the same wish gives the same bytes") {
    FakeSystem system;
    CHECK(make_initramfs(system.wish(ext4("/dev/vda1")))->bytes ==
          make_initramfs(system.wish(ext4("/dev/vda1")))->bytes);
}

TEST_CASE("initramfs: a file system is looked for by its UUID, whatever names the target") {
    FakeSystem system;
    for (std::string source : {"/dev/vda1", "LABEL=disk"}) {
        auto made = make_initramfs(system.wish(ext4(source)));
        REQUIRE(made);
        Settings settings = settings_in(files_in(made->bytes));
        CHECK(settings.targets.front().source ==
              (source[0] == '/' ? "UUID=11111111-1111-1111-1111-111111111111" : source));
    }
}

TEST_CASE("initramfs: a raw device keeps its size, and brings no file system") {
    FakeSystem system;
    auto made = make_initramfs(system.wish({.type = "raw", .source = "/dev/vda"}));
    REQUIRE(made);
    CHECK(made->modules == Names{"virtio", "virtio_pci", "virtio_blk"});
    CHECK(settings_in(files_in(made->bytes)).targets.front().size == 1 << 20);
}

TEST_CASE("initramfs: a driver that the running kernel has built in is a module of the other's") {
    FakeSystem system;
    system.add_device("pci0/0000:00:06.0", "builtin-virtio", "", "virtio:d00000002v00001AF4");
    system.add_disk("pci0/0000:00:06.0/block/vdb", "vdb", made_superblock("xfs", '2', "second"));
    auto made = make_initramfs(system.wish({.type = "xfs", .source = "LABEL=second", .path = "/"}));
    REQUIRE(made);
    CHECK(made->modules == Names{"virtio", "virtio_blk", "xfs"});
}

TEST_CASE("initramfs: a btrfs over several devices brings the drivers of all") {
    FakeSystem system;
    Buffer first = made_superblock("btrfs", '3', "pool");
    first[65536 + 136] = std::byte{2};
    system.add_disk("pci0/0000:00:04.0/virtio1/block/vdb", "vdb", first);
    system.add_device("pci0/0000:00:05.0", "nvme", "nvme", "pci:nvme");
    system.add_disk("pci0/0000:00:05.0/nvme0n1", "nvme0n1", first);
    auto made = make_initramfs(system.wish({.type = "btrfs", .source = "/dev/vdb", .path = "/"}));
    REQUIRE(made);
    CHECK(std::ranges::find(made->modules, "nvme") != made->modules.end());
    CHECK(made->warnings ==
          Names{"the kernel 6.1-fake has no module for btrfs, which may be built in; going on without"});
}

TEST_CASE("initramfs: a kernel that loads no modules needs none, and one that does needs its lists") {
    FakeSystem system;
    Wish wish = system.wish(ext4("/dev/vda1"));
    wish.release = "6.1-other";
    auto made = make_initramfs(wish);
    REQUIRE(made);
    CHECK(made->modules.empty());
    system.files().write("proc/modules", "");
    CHECK(make_initramfs(wish).error().what.find("/lib/modules/6.1-other/modules.dep") != std::string::npos);
}

TEST_CASE("initramfs: modules that are asked for come along, and one that there is not is told") {
    FakeSystem system;
    Wish wish = system.wish(ext4("/dev/vda1"));
    wish.extra_modules = {"extra", "no_such"};
    auto made = make_initramfs(wish);
    REQUIRE(made);
    CHECK(made->modules.back() == "extra");
    CHECK(made->warnings == Names{"the kernel 6.1-fake has no module no_such; going on without"});
}

TEST_CASE("initramfs: what the running system has for pstore comes along, where it is a module") {
    for (std::string backend : {"extra", "(null)"}) {
        FakeSystem system;
        system.files().write("sys/module/pstore/parameters/backend", backend + "\n");
        auto made = make_initramfs(system.wish(ext4("/dev/vda1")));
        REQUIRE(made);
        CHECK((made->modules.back() == "extra") == (backend == "extra"));
        CHECK(made->warnings.empty());
    }
}

TEST_CASE("initramfs: what modprobe.d sets for its modules comes along") {
    FakeSystem system;
    system.files().write("etc/modprobe.d/own.conf",
                         "options virtio-blk queue_depth=2\noptions nvme x=1\ninstall ext4 /bin/true\n");
    auto made = make_initramfs(system.wish(ext4("/dev/vda1")));
    REQUIRE(made);
    Files files = files_in(made->bytes);
    CHECK(files.at("kdump/options/virtio_blk") == "queue_depth=2\n");
    CHECK_FALSE(files.contains("kdump/options/nvme"));
    CHECK(made->warnings == Names{"modprobe.d has a command in the place of the module ext4; going on "
                                  "without that command"});
}

TEST_CASE("initramfs: packed modules are unpacked") {
    FakeSystem system;
    std::string directory = "lib/modules/6.1-fake/";
    system.files().write(directory + "modules.dep",
                         "kernel/virtio_blk.ko.gz:\nkernel/virtio_pci.ko:\nkernel/ext4.ko:\n");
    system.files().add(directory + "kernel/virtio_blk.ko.gz", *compress_gzip(as_bytes("unpacked")));
    auto made = make_initramfs(system.wish(ext4("/dev/vda1")));
    REQUIRE(made);
    CHECK(files_in(made->bytes).at("kdump/modules/0001-virtio_blk.ko") == "unpacked");
}

TEST_CASE("initramfs: a module's file that is missing is an error that names it") {
    FakeSystem system;
    system.files().remove("lib/modules/6.1-fake/kernel/jbd2.ko");
    auto made = make_initramfs(system.wish(ext4("/dev/vda1")));
    REQUIRE_FALSE(made);
    CHECK(made.error().what.find("kernel/jbd2.ko") != std::string::npos);
}

TEST_CASE("initramfs: without makedumpfile that is told, and other collectors are refused") {
    FakeSystem system;
    Wish wish = system.wish(ext4("/dev/vda1"));
    wish.settings.collector = "makedumpfile -l -d 31";
    auto made = make_initramfs(wish);
    REQUIRE(made);
    REQUIRE(made->warnings.size() == 1);
    CHECK(made->warnings.front().starts_with("makedumpfile is not installed"));
    for (std::string collector : {"", "cp", "/bin/cp --sparse=always", "cat"}) {
        wish.settings.collector = collector;
        CHECK(make_initramfs(wish)->warnings.empty());
    }
    wish.settings.collector = "scp";
    CHECK(make_initramfs(wish).error().cause == Cause::unsupported);
}

TEST_CASE("initramfs: targets that need a userland are refused as such") {
    FakeSystem system;
    for (std::string type : {"nfs", "ssh", "directory"}) {
        auto made = make_initramfs(system.wish({.type = type, .source = "a", .path = "/"}));
        REQUIRE_FALSE(made);
        CHECK(made.error().cause == Cause::unsupported);
    }
    auto missing = make_initramfs(system.wish(ext4("LABEL=nowhere")));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().cause == Cause::missing_file);
    CHECK(missing.error().what == "LABEL=nowhere: no device has a file system of that name");
}

TEST_CASE("initramfs: a virtiofs brings the drivers of the way to it, and is refused where there is none") {
    FakeSystem system;
    Target target{.type = "virtiofs", .source = "tag", .path = "/"};
    auto missing = make_initramfs(system.wish(target));
    REQUIRE_FALSE(missing);
    CHECK((missing.error().cause == Cause::missing_file &&
           missing.error().what == "tag: this machine has no virtiofs"));
    std::string device = "sys/devices/platform/mmio/virtio2";
    system.add_device("platform/mmio", "virtio-mmio", "clock", "platform:virtio-mmio");
    system.add_device("platform/mmio/virtio2", "virtiofs", "", "virtio:d0000001Av00001AF4");
    system.link("sys/bus/virtio/devices/virtio2", device);
    auto made = make_initramfs(system.wish(target));
    REQUIRE(made);
    CHECK(made->modules == Names{"clock"});
    CHECK(made->warnings == Names{"the kernel 6.1-fake has no module for virtiofs, which may be built in; "
                                  "going on without"});
}

} // namespace kexec::capture
