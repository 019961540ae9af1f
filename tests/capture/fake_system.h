// SPDX-License-Identifier: GPL-2.0-or-later
// A machine made of files: devices in /sys, one disk in /dev, a kernel's modules.
#pragma once

#include "capture/initramfs.h"
#include "tests/support/temporary.h"

namespace kexec::testing {

class FakeSystem {
public:
    // A disk vda behind virtio, with a partition vda1.
    FakeSystem();

    std::string root() const { return directory_.path(); }
    const TemporaryDirectory &files() const { return directory_; }
    void link(const std::string &path, const std::string &target) const;
    // A device's directory (below /sys/devices) with its driver. An empty module is a driver that is built
    // in.
    void add_device(const std::string &device, const std::string &driver, const std::string &module,
                    const std::string &modalias) const;
    // A block device below a device: its name in /sys/class/block and its node.
    void add_disk(const std::string &device, const std::string &name, Bytes content) const;
    // What is wished for a target: the program is "the program".
    capture::Wish wish(capture::Target target) const;

    static constexpr std::string_view release = "6.1-fake";

private:
    TemporaryDirectory directory_;
};

// The start of a file system of that type, with a UUID of digits and a label.
Buffer made_superblock(std::string_view type, char digit, std::string_view label);

} // namespace kexec::testing
