// SPDX-License-Identifier: GPL-2.0-or-later
// A device's directory lies in that of the device it hangs on. What a board's device needs besides, clocks
// and regulators, is linked to it as "supplier:...".
#include "capture/devices.h"

#include "base/file.h"
#include "base/text.h"
#include "capture/superblock.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace kexec::capture {

namespace {

constexpr std::uint64_t sector = 512;
// Virtual I/O Device (VIRTIO), "Device Types": a file system is number 26.
constexpr std::string_view virtiofs_alias = "virtio:d0000001A";

std::string file_name(const std::string &path) { return path.substr(path.rfind('/') + 1); }

class Walk {
public:
    explicit Walk(const std::string &root) : devices_(real_path(root + "/sys/devices")) {}

    // Enters the device and all above it, those first.
    void climb(const std::string &directory) {
        if (!directory.starts_with(devices_ + "/") || !entered_.insert(directory).second)
            return;
        climb(directory.substr(0, directory.rfind('/')));
        auto names = list_directory(directory);
        for (const std::string &name : names ? *names : std::vector<std::string>{})
            if (name.starts_with("supplier:"))
                climb(real_path(directory + "/" + name + "/supplier"));
        enter_driver(directory);
        enter_paths_of_nvme(directory, names ? *names : std::vector<std::string>{});
    }

    std::vector<Driver> take() { return std::move(drivers_); }

private:
    void enter_driver(const std::string &directory) {
        if (!is_directory(directory + "/driver"))
            return;
        std::string module = directory + "/driver/module";
        drivers_.push_back(
            {is_directory(module) ? file_name(real_path(module)) : "", read_word(directory + "/modalias")});
    }

    // A disk with several ways to it hangs on none of them: nvme-subsysN links to its controllers.
    void enter_paths_of_nvme(const std::string &directory, const std::vector<std::string> &names) {
        if (!file_name(directory).starts_with("nvme-subsys"))
            return;
        for (const std::string &name : names)
            if (name.starts_with("nvme") && name.find('n', 1) == std::string::npos)
                climb(real_path(directory + "/" + name));
    }

    std::string devices_;
    std::set<std::string> entered_;
    std::vector<Driver> drivers_;
};

Failure needs_userland(const std::string &path, const std::string &name) {
    return fail(Cause::unsupported,
                fmt::format("{} ({}) is put together by a program, not by the kernel alone", path, name),
                "have dracut make the capture initramfs, or name another target");
}

bool is_put_together(const std::string &name) {
    for (std::string_view prefix : {"dm-", "md", "nbd", "drbd", "loop", "zram", "rbd", "bcache"})
        if (name.starts_with(prefix))
            return true;
    return false;
}

} // namespace

Result<BlockDevice> find_block_device(const std::string &root, const std::string &path) {
    std::string name = real_path(root + path).substr(root.size());
    std::string prefix = "/dev/";
    name = name.starts_with(prefix) ? name.substr(prefix.size()) : file_name(name);
    std::ranges::replace(name, '/', '!');
    std::string link = root + "/sys/class/block/" + name;
    if (!is_directory(link))
        return fail(Cause::missing_file, fmt::format("{}: this machine has no such block device", path),
                    "check the name, or plug it in");
    if (is_put_together(name))
        return needs_userland(path, name);
    Walk walk(root);
    walk.climb(real_path(link));
    auto sectors = parse_decimal(read_word(link + "/size"));
    constexpr std::uint64_t most = UINT64_MAX / sector;
    return BlockDevice{name, std::min(sectors.value_or(0), most) * sector, walk.take()};
}

std::vector<Driver> virtiofs_drivers(const std::string &root) {
    Walk walk(root);
    std::string bus = root + "/sys/bus/virtio/devices";
    auto devices = list_directory(bus);
    for (const std::string &name : devices ? *devices : std::vector<std::string>{}) {
        std::string device = real_path(bus + "/" + name);
        if (read_word(device + "/modalias").starts_with(virtiofs_alias))
            walk.climb(device);
    }
    return walk.take();
}

std::vector<std::string> devices_named(const std::string &root, std::string_view name) {
    std::vector<std::string> found;
    auto devices = list_directory(root + "/sys/class/block");
    for (const std::string &device : devices ? *devices : std::vector<std::string>{}) {
        std::string path = device;
        std::ranges::replace(path, '!', '/');
        auto start = read_start_of_file(root + "/dev/" + path, superblock_reach);
        auto system = start ? recognise_file_system(*start) : std::nullopt;
        if (system && is_named(*system, name))
            found.push_back(device);
    }
    return found;
}

} // namespace kexec::capture
