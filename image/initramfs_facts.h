// SPDX-License-Identifier: GPL-2.0-or-later
// What an initial ramdisk is: archives in the format that cpio calls newc, plain or compressed, one behind
// the other, as the kernel unpacks them into a file system in memory
// (Documentation/driver-api/early-userspace/buffer-format.rst).
#pragma once

#include "base/bytes.h"
#include "base/compress.h"
#include "base/result.h"

#include <optional>
#include <set>
#include <string>

namespace kexec {

struct InitramfsFacts {
    std::uint64_t packed = 0;           // bytes of the file
    std::uint64_t unpacked = 0;         // bytes of memory that its files take: each whole pages
    std::uint64_t files = 0;            // regular ones
    std::set<Compression> compressions; // of its archives
    std::set<std::string> releases;     // of kernels that it has modules for
    std::set<std::string> modules;      // as /proc/modules names them: "nvme_core"
    bool is_archive = false;            // false: another file system, taken as it is
    std::optional<Error> remainder; // why what comes behind that could not be unpacked; Cause::unsupported
                                    // where this build has no library for it
};

// The largest archive that is unpacked to look into it, in bytes.
inline constexpr std::uint64_t largest_initramfs = std::uint64_t{1} << 30;

// Damage is told in the facts: an initial ramdisk may be anything. `page` is a power of two.
InitramfsFacts facts_of_initramfs(Bytes file, std::uint64_t page);

} // namespace kexec
