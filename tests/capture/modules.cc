// SPDX-License-Identifier: GPL-2.0-or-later
// The order in which modules are loaded, by depmod's lists.
#include "capture/modules.h"

#include "tests/catch.h"
#include "tests/support/temporary.h"

using namespace kexec::testing;

namespace kexec::capture {

namespace {

struct Lists {
    Lists() {
        directory.write("modules.dep",
                        "kernel/fs/ext4/ext4.ko.xz: kernel/fs/mbcache.ko kernel/fs/jbd2/jbd2.ko "
                        "kernel/lib/crc16.ko\n"
                        "kernel/fs/jbd2/jbd2.ko:\nkernel/fs/mbcache.ko:\nkernel/lib/crc16.ko:\n"
                        "kernel/crypto/crc32c_generic.ko:\n"
                        "kernel/arch/crc32c-intel.ko:\n"
                        "kernel/drivers/virtio_blk.ko: kernel/drivers/virtio_ring.ko "
                        "kernel/drivers/virtio.ko\n"
                        "kernel/drivers/virtio_ring.ko: kernel/drivers/virtio.ko\n"
                        "kernel/drivers/virtio.ko:\n"
                        "kernel/loop-a.ko:\nkernel/loop_b.ko:\n");
        directory.write("modules.builtin", "kernel/fs/xfs/xfs.ko\n");
        directory.write("modules.alias", "# Aliases\nalias crypto-crc32c crc32c_generic\nalias crc32c "
                                         "crc32c_intel\nalias crc32c crc32c_generic\n"
                                         "alias virtio:d00000002v* virtio_blk\nalias fs-ext4 ext4\n");
        directory.write("modules.softdep", "softdep ext4 pre: crc32c nothing_like_it\n"
                                           "softdep loop_a pre: loop_b\nsoftdep loop_b post: loop_a\n");
    }
    ModuleTree tree() const { return *ModuleTree::read(directory.path()); }

    TemporaryDirectory directory;
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("modules: each is behind what it needs, and what softdep lines want") {
    Names order;
    CHECK(Lists().tree().add("ext4", order));
    CHECK(order == Names{"crc32c_intel", "crc32c_generic", "crc16", "jbd2", "mbcache", "ext4"});
    CHECK(Lists().tree().add("virtio-blk", order));
    CHECK(order.size() == 9);
    CHECK(Names(order.begin() + 6, order.end()) == Names{"virtio", "virtio_ring", "virtio_blk"});
}

TEST_CASE("modules: none is there twice") {
    Names order;
    for (std::string_view name : {"jbd2", "ext4", "ext4", "fs-ext4"})
        CHECK(Lists().tree().add(name, order));
    CHECK(order == Names{"jbd2", "crc32c_intel", "crc32c_generic", "crc16", "mbcache", "ext4"});
}

TEST_CASE("modules: a device finds its own by an alias with stars") {
    Names order;
    CHECK(Lists().tree().add_for_device("virtio:d00000002v00001AF4", order));
    CHECK(order.back() == "virtio_blk");
    CHECK_FALSE(Lists().tree().add_for_device("virtio:d00000001v00001AF4", order));
    CHECK_FALSE(Lists().tree().add_for_device("", order));
}

TEST_CASE("modules: what is built in needs none, and what is nowhere is told") {
    Names order;
    CHECK(Lists().tree().add("xfs", order));
    CHECK(order.empty());
    CHECK_FALSE(Lists().tree().add("btrfs", order));
}

TEST_CASE("modules: lists that go round in a circle end") {
    Names order;
    CHECK(Lists().tree().add("loop-a", order));
    CHECK(order == Names{"loop_b", "loop_a"});
}

TEST_CASE("modules: a file is found by its module's name") {
    Lists lists;
    CHECK(lists.tree().path_of("ext4") == lists.directory.path("kernel/fs/ext4/ext4.ko.xz"));
    CHECK(lists.tree().path_of("crc32c_intel") == lists.directory.path("kernel/arch/crc32c-intel.ko"));
    CHECK(lists.tree().path_of("nothing").empty());
}

TEST_CASE("modules: a kernel without any list is an error") {
    TemporaryDirectory empty;
    auto tree = ModuleTree::read(empty.path());
    REQUIRE_FALSE(tree);
    CHECK(tree.error().what.find("modules.dep") != std::string::npos);
    empty.write("modules.builtin", "");
    CHECK_FALSE(ModuleTree::read(empty.path()));
}

} // namespace kexec::capture
