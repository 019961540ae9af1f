// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/capture/fake_system.h"

#include "base/new_file.h"
#include "capture/superblock.h"
#include "tests/catch.h"

#include <algorithm>
#include <fmt/core.h>
#include <unistd.h>

namespace kexec::testing {

FakeSystem::FakeSystem() {
    std::string modules = fmt::format("lib/modules/{}/", release);
    directory_.write(modules + "modules.dep", "kernel/ext4.ko: kernel/jbd2.ko\nkernel/jbd2.ko:\n"
                                              "kernel/virtio_blk.ko: kernel/virtio.ko\nkernel/virtio.ko:\n"
                                              "kernel/virtio_pci.ko: kernel/virtio.ko\nkernel/clock.ko:\n"
                                              "kernel/xfs.ko:\nkernel/nvme.ko:\nkernel/extra.ko:\n");
    directory_.write(modules + "modules.alias", "alias virtio:d00000002v* virtio_blk\n");
    for (std::string_view name :
         {"ext4", "jbd2", "virtio_blk", "virtio", "virtio_pci", "clock", "xfs", "nvme", "extra"})
        directory_.write(fmt::format("{}kernel/{}.ko", modules, name), fmt::format("module {}", name));
    directory_.write("usr/lib/kdump-capture", "the program");
    add_device("pci0/0000:00:04.0", "virtio-pci", "virtio_pci", "pci:v00001AF4");
    add_device("pci0/0000:00:04.0/virtio1", "virtio_blk", "virtio_blk", "virtio:d00000002v00001AF4");
    add_disk("pci0/0000:00:04.0/virtio1/block/vda", "vda", {});
    add_disk("pci0/0000:00:04.0/virtio1/block/vda/vda1", "vda1", made_superblock("ext4", '1', "disk"));
}

void FakeSystem::link(const std::string &path, const std::string &target) const {
    std::string whole = directory_.path(path);
    REQUIRE(make_directories(whole.substr(0, whole.rfind('/'))));
    REQUIRE(::symlink(directory_.path(target).c_str(), whole.c_str()) == 0);
}

void FakeSystem::add_device(const std::string &device, const std::string &driver, const std::string &module,
                            const std::string &modalias) const {
    std::string driver_path = "sys/bus/drivers/" + driver;
    directory_.write("sys/devices/" + device + "/modalias", modalias + "\n");
    REQUIRE(make_directories(directory_.path(driver_path)));
    if (!module.empty() && ::access(directory_.path(driver_path + "/module").c_str(), F_OK) != 0) {
        REQUIRE(make_directories(directory_.path("sys/module/" + module)));
        link(driver_path + "/module", "sys/module/" + module);
    }
    link("sys/devices/" + device + "/driver", driver_path);
}

void FakeSystem::add_disk(const std::string &device, const std::string &name, Bytes content) const {
    directory_.write("sys/devices/" + device + "/size", "2048\n");
    link("sys/class/block/" + name, "sys/devices/" + device);
    std::string node = name;
    std::ranges::replace(node, '!', '/');
    directory_.add("dev/" + node, content);
}

capture::Wish FakeSystem::wish(capture::Target target) const {
    capture::Wish wish;
    wish.settings.targets = {std::move(target)};
    wish.release = release;
    wish.program = directory_.path("usr/lib/kdump-capture");
    wish.root = root();
    return wish;
}

Buffer made_superblock(std::string_view type, char digit, std::string_view label) {
    Buffer bytes(capture::superblock_reach);
    bool is_xfs = type == "xfs", is_btrfs = type == "btrfs";
    auto put = [&](std::size_t place, std::string_view text) {
        std::ranges::copy(as_bytes(text), bytes.begin() + static_cast<std::ptrdiff_t>(place));
    };
    // Where magic, UUID and label lie, by superblock.cc; that these are right is shown there by mkfs.
    std::size_t start = is_btrfs ? 65536 : is_xfs ? 0 : 1024;
    put(start + (is_btrfs ? 64 : is_xfs ? 0 : 56), is_btrfs ? "_BHRfS_M" : is_xfs ? "XFSB" : "\x53\xef");
    auto nibble = static_cast<char>((digit - '0') * 0x11);
    put(start + (is_btrfs || is_xfs ? 32 : 104), std::string(16, nibble));
    put(start + (is_btrfs ? 299 : is_xfs ? 108 : 120), label);
    if (type == "ext4")
        put(start + 96, "\x40"); // extents
    if (is_btrfs)
        put(start + 136, "\x01"); // devices
    return bytes;
}

} // namespace kexec::testing
