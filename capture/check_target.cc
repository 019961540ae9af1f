// SPDX-License-Identifier: GPL-2.0-or-later
// ext4's driver mounts ext2 and ext3 too; theirs know nothing of what came with ext4.
#include "capture/check_target.h"

#include "base/file.h"
#include "base/text.h"
#include "capture/devices.h"
#include "capture/superblock.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::capture {

namespace {

// Those that recognise_file_system knows.
constexpr std::array<std::string_view, 5> known_types{"ext2", "ext3", "ext4", "xfs", "btrfs"};

bool is_mounted_as(const FileSystem &system, std::string_view type) {
    bool are_both_ext = type.starts_with("ext") && system.type.starts_with("ext");
    return type == system.type || (are_both_ext && system.type != "ext4");
}

Result<void> check_file_system(const std::string &path, const std::string &type, Bytes start) {
    if (std::ranges::find(known_types, type) == known_types.end() || start.size() < superblock_reach)
        return {};
    auto system = recognise_file_system(start);
    if (system && is_mounted_as(*system, type))
        return {};
    if (system)
        return fail(Cause::missing_file,
                    fmt::format("{} has {} on it, and not {}", printable(path), system->type, type),
                    fmt::format("write {} in the place of {}", system->type, type));
    return fail(Cause::missing_file, fmt::format("{} has no {} on it", printable(path), type),
                fmt::format("make one (mkfs.{}), or name another target", type));
}

Result<std::string> path_of(const std::string &root, const std::string &source) {
    if (source.starts_with("/dev/")) {
        if (open_to_read(root + source))
            return source;
        return fail(Cause::missing_file,
                    fmt::format("{}: this machine has no such block device", printable(source)),
                    "check the name, or plug it in");
    }
    auto names = devices_named(root, source);
    if (names.empty())
        return fail(Cause::missing_file,
                    fmt::format("{}: no device has a file system of that name", printable(source)),
                    "check the name, or plug the disk in");
    std::ranges::replace(names.front(), '!', '/');
    return "/dev/" + names.front();
}

} // namespace

Result<void> check_raw(const std::string &path, Bytes start) {
    if (auto system = recognise_file_system(start))
        return fail(Cause::other,
                    fmt::format("{} has a file system on it ({}), which a dump would destroy",
                                printable(path), system->type),
                    "make it the target as a file system, or wipe it (wipefs)");
    if (auto use = recognise_other_use(start))
        return fail(Cause::other,
                    fmt::format("{} has {} on it, which a dump would destroy", printable(path), *use),
                    "name another device, or wipe it (wipefs)");
    return {};
}

Result<void> check_target(const std::string &root, const Target &target) {
    bool is_device = target.source.starts_with("/dev/") || target.source.starts_with("UUID=") ||
                     target.source.starts_with("LABEL=");
    if (!is_device)
        return {};
    std::string path = TRY(path_of(root, target.source));
    auto start = read_start_of_file(root + path, superblock_reach);
    if (!start)
        return {};
    return target.type == "raw" ? check_raw(target.source, *start)
                                : check_file_system(target.source, target.type, *start);
}

} // namespace kexec::capture
