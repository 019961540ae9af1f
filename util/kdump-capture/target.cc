// SPDX-License-Identifier: GPL-2.0-or-later
// A disk may take many seconds from the loading of its driver to its name in /sys/class/block.
#include "util/kdump-capture/target.h"

#include "base/file.h"
#include "base/new_file.h"
#include "base/text.h"
#include "capture/check_target.h"
#include "capture/devices.h"
#include "capture/layout.h"
#include "capture/mounts.h"
#include "capture/superblock.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::capture {

namespace {

bool is_by_content(const Target &target) {
    return target.source.starts_with("UUID=") || target.source.starts_with("LABEL=");
}

// "cciss!c0d0" in /sys is "cciss/c0d0" in /dev.
std::string device_path(std::string name) {
    std::ranges::replace(name, '!', '/');
    return "/dev/" + name;
}

// The paths of the devices that are meant, once there is one.
std::vector<std::string> devices_now(const World &world, const Target &target) {
    std::vector<std::string> paths;
    if (is_by_content(target)) {
        for (const std::string &name : devices_named(world.root, target.source))
            paths.push_back(device_path(name));
    } else if (open_to_read(world.root + target.source))
        paths.push_back(target.source);
    return paths;
}

Result<std::vector<std::string>> wait_for_devices(const World &world, const Settings &settings,
                                                  const Target &target) {
    constexpr double between = 0.2, until_told = 2;
    bool is_told = false;
    double start = world.seconds();
    while (true) {
        auto paths = devices_now(world, target);
        double waited = world.seconds() - start;
        if (!paths.empty())
            return paths;
        if (waited >= static_cast<double>(settings.device_wait))
            break;
        if (!is_told && waited >= until_told)
            tell(world, fmt::format("waiting for {}", target.source));
        is_told |= waited >= until_told;
        world.sleep(between);
    }
    return fail(Cause::missing_file,
                fmt::format("{} did not appear within {} seconds", target.source, settings.device_wait),
                "check that it is plugged in, and that extra_modules names all that it needs");
}

// Another disk may have the name by now: one of another size, or with a file system on it, is not written to.
Result<void> check_raw_device(const World &world, const Target &target) {
    BlockDevice device = TRY(find_block_device(world.root, target.source));
    if (target.size != 0 && device.size != target.size)
        return fail(Cause::other,
                    fmt::format("{} has {} bytes, the target had {}", target.source, device.size,
                                target.size),
                    "have kdumpctl make the capture initramfs again");
    Buffer start = TRY(read_start_of_file(world.root + target.source, superblock_reach));
    return check_raw(target.source, start);
}

// Who has made the initramfs mounts something there. Where that failed, all that is stored there would be
// gone with this system.
Result<void> check_directory(const World &world, const Target &target) {
    constexpr std::uint64_t longest = 16 << 20, longest_said = 64 << 10;
    auto mounts = read_file(world.root + "/proc/self/mountinfo", longest);
    auto below = mounts ? target_of_path(as_text(*mounts), target.path) : std::nullopt;
    if (!below || (below->type != "rootfs" && below->type != "tmpfs" && below->type != "ramfs"))
        return {};
    auto content = read_file(world.root + std::string(mount_said_path), longest_said);
    std::string said = content ? last_line(as_text(*content)) : std::string();
    return fail(Cause::missing_file,
                fmt::format("nothing is mounted for {}{}{}", target.path, said.empty() ? "" : ": ", said),
                "see that the server runs, can be reached and lets this machine in");
}

Result<Place> mount_target(const World &world, const Target &target, const std::string &source) {
    std::string place(mounted_path);
    TRY(make_directories(world.root + place));
    TRY(world.mount(source, place, target.type, target.options));
    return Place{place + (target.path.starts_with('/') ? "" : "/") + target.path, {}, true};
}

} // namespace

Result<Place> open_target(const World &world, const Settings &settings, const Target &target) {
    if (target.type == "directory") {
        TRY(check_directory(world, target));
        return Place{target.path, {}, false};
    }
    if (target.type == "virtiofs")
        return mount_target(world, target, target.source);
    auto paths = TRY(wait_for_devices(world, settings, target));
    if (target.type == "raw") {
        TRY(check_raw_device(world, target));
        return Place{{}, target.source, false};
    }
    if (target.type == "btrfs")
        for (const std::string &path : paths)
            world.scan_btrfs(path);
    return mount_target(world, target, paths.front());
}

void close_target(const World &world, const Place &place) {
    if (!place.is_mounted)
        return;
    if (auto unmounted = world.unmount(std::string(mounted_path)); !unmounted)
        tell(world, unmounted.error());
}

} // namespace kexec::capture
