// SPDX-License-Identifier: GPL-2.0-or-later
// Archives of regular files in the ustar format (POSIX.1-2017, pax: "ustar Interchange Format" and "pax
// Extended Header"), in memory. What is read is somebody else's: only plain files with plain names are taken.
#pragma once

#include "base/bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace kexec {

struct TarMember {
    std::string path; // relative, its parts separated by '/', none of them ".", ".." or empty
    Bytes content;
};

bool is_plain_path(std::string_view path);

// The largest member that is read, and how many.
inline constexpr std::uint64_t largest_tar_member = 64 << 20;
inline constexpr std::size_t most_tar_members = 100000;

// The same bytes for the same members: owner, time and mode are always the same.
Buffer write_tar(const std::vector<TarMember> &members);

// True for what starts like an archive.
bool is_tar(Bytes file);

// Directories are passed over. Cause::bad_image for an archive that is damaged or cut short, holds a link or
// a device, a path that leads out of it, the same path twice, or more than the limits above.
Result<std::vector<TarMember>> read_tar(Bytes archive);

} // namespace kexec
