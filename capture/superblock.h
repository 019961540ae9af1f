// SPDX-License-Identifier: GPL-2.0-or-later
// What a device's start says of its use: ext2 to ext4, xfs, btrfs; and what else a dump would destroy.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>

namespace kexec::capture {

struct FileSystem {
    std::string type;          // "ext2", "ext3", "ext4", "xfs", "btrfs"
    std::string uuid;          // as "UUID=" has it, in lower case
    std::string label;         // empty where it has none
    std::uint64_t devices = 1; // that it is spread over
};

// How many bytes from the start of a device recognise_file_system looks at.
inline constexpr std::size_t superblock_reach = 68 << 10;

// Nothing where the bytes are none of these; fewer bytes than superblock_reach are fine.
std::optional<FileSystem> recognise_file_system(Bytes start);

// What else the device is used for, as "a LUKS volume": encryption, LVM, RAID, swap, partitions. Nothing
// where it shows none of these; fewer bytes than superblock_reach are fine.
std::optional<std::string_view> recognise_other_use(Bytes start);

// Whether LABEL=... or UUID=... means this one.
bool is_named(const FileSystem &system, std::string_view name);

} // namespace kexec::capture
