// SPDX-License-Identifier: GPL-2.0-or-later
// What programs have put together between a target's file system and its disks, by /sys.
#pragma once

#include "capture/settings.h"
#include "util/kdumpctl/world.h"

namespace kexec::kdumpctl {

// One of the device mapper's or of md's.
struct Layer {
    std::string_view kind; // dracut's name of the module for it: crypt, lvm, multipath, mdraid, dm
    std::string name;      // as below /dev/mapper, or of md as below /dev
    std::vector<std::string> below = {}; // what it lies on, by the kernel's names
};

// Those that the target lies on, the nearest first. Nothing for a target on disks, or on no block device.
std::vector<Layer> layers_below(const World &world, const capture::Target &target);

// The files with the keys of those that are encrypted. Cause::unsupported where one has none in
// /etc/crypttab: a passphrase cannot be typed in a capture kernel.
Result<std::vector<std::string>> key_files(const World &world, const std::vector<Layer> &layers);

// A path that leads to the target's device at every boot; empty for one that is no block device.
std::string lasting_path(const capture::Target &target);

} // namespace kexec::kdumpctl
