// SPDX-License-Identifier: GPL-2.0-or-later
// A block device, or a virtiofs, of the running machine and the drivers on its way, from the bus that it
// hangs on, by /sys (sysfs-rules.rst).
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace kexec::capture {

struct Driver {
    std::string module;   // empty where the running kernel has it built in
    std::string modalias; // what the device says of itself; may be empty
};

struct BlockDevice {
    std::string name;            // as below /sys/class/block
    std::uint64_t size = 0;      // bytes
    std::vector<Driver> drivers; // those that others hang on first
};

// Of /dev/NAME, or a link to it. Cause::missing_file where there is none; Cause::unsupported for a device
// that is put together by a program (LVM, LUKS, software RAID, multipath, network).
Result<BlockDevice> find_block_device(const std::string &root, const std::string &path);

// The drivers on the way to each virtiofs that the host offers, whatever their tags are: before Linux 6.9 no
// file has them. None where the machine has no such device.
std::vector<Driver> virtiofs_drivers(const std::string &root);

// The names of the block devices that LABEL=... or UUID=... means, sorted.
std::vector<std::string> devices_named(const std::string &root, std::string_view name);

} // namespace kexec::capture
