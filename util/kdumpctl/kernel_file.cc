// SPDX-License-Identifier: GPL-2.0-or-later
// Distributions name kernels vmlinuz-RELEASE below /boot, or by the Boot Loader Specification
// MACHINE-ID/RELEASE/linux; each has its initramfs in the same directory.
#include "util/kdumpctl/kernel_file.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::array<std::string_view, 4> usual_directories{"/boot", "/boot/efi", "/efi", ""};
constexpr std::array<std::string_view, 4> usual_images{"vmlinuz", "vmlinux", "Image", "image"};
constexpr std::string_view state_directory = "/var/lib/kdump";

std::string directory_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

// A kernel made for debugging takes much more memory; the plain one of the same build does as well.
std::string without_debug(std::string_view release) {
    for (std::string_view ending : {"-debug", "+debug"})
        if (release.ends_with(ending))
            return std::string(release.substr(0, release.size() - ending.size()));
    return {};
}

// "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.1": the path on the boot loader's disk.
std::string_view image_in(std::string_view command_line) {
    constexpr std::string_view option = "BOOT_IMAGE=";
    for (std::string_view word : words_of(command_line))
        if (word.starts_with(option))
            return word.substr(word.find('/', option.size()) == std::string_view::npos
                                   ? word.size()
                                   : word.find('/', option.size()));
    return {};
}

std::string first_there(const Snapshot &snapshot, const std::vector<std::string> &paths) {
    auto found =
        std::ranges::find_if(paths, [&](const std::string &path) { return snapshot.is_there(path); });
    return found == paths.end() ? std::string() : *found;
}

std::vector<std::string> normal_initramfs_paths(const std::string &directory, const std::string &release) {
    return {directory + "/initramfs-" + release + ".img", directory + "/initrd.img-" + release,
            directory + "/initrd-" + release, directory + "/initrd"};
}

} // namespace

KernelSearch::KernelSearch(const Configuration &configuration, std::string_view running_release,
                           std::string_view command_line, std::string_view machine_id)
    : named_initramfs_(configuration.initramfs) {
    std::string release(configuration.variable("KDUMP_KERNELVER").value_or(""));
    if (release.empty()) {
        release = running_release;
        if (std::string plain = without_debug(release); !plain.empty() && configuration.kernel.empty())
            add_release(configuration, plain, command_line, machine_id);
    }
    add_release(configuration, release, command_line, machine_id);
    for (const Candidate &candidate : candidates_)
        for (std::string &path : normal_initramfs_paths(directory_of(candidate.path), candidate.release))
            initramfs_paths_.push_back(std::move(path));
}

void KernelSearch::add_release(const Configuration &configuration, const std::string &release,
                               std::string_view command_line, std::string_view machine_id) {
    if (!configuration.kernel.empty()) {
        candidates_.push_back({release, configuration.kernel});
        return;
    }
    std::string_view named = configuration.variable("KDUMP_BOOTDIR").value_or("");
    std::vector<std::string_view> directories(usual_directories.begin(), usual_directories.end());
    if (!named.empty())
        directories = {named};
    std::string_view image = configuration.variable("KDUMP_IMG").value_or("");
    std::vector<std::string_view> images(usual_images.begin(), usual_images.end());
    if (!image.empty())
        images.insert(images.begin(), image);
    std::string_view ending = configuration.variable("KDUMP_IMG_EXT").value_or("");
    std::string_view booted = image_in(command_line);
    for (std::string_view directory : directories) {
        if (booted.ends_with(release))
            candidates_.push_back({release, std::string(directory) + std::string(booted)});
        for (std::string_view name : images)
            candidates_.push_back({release, fmt::format("{}/{}-{}{}", directory, name, release, ending)});
        candidates_.push_back({release, fmt::format("{}/{}/{}/linux", directory, machine_id, release)});
        candidates_.push_back(
            {release, fmt::format("{}/EFI/Linux/{}-{}.efi", directory, machine_id, release)});
    }
    candidates_.push_back({release, fmt::format("/lib/modules/{}/vmlinuz", release)});
}

// That a file is there is all that is asked.
std::vector<Source> KernelSearch::sources() const {
    std::vector<Source> list;
    for (const Candidate &candidate : candidates_)
        list.push_back({candidate.path, "the capture kernel", 1});
    for (const std::string &path : initramfs_paths_)
        list.push_back({path, "the initramfs of a normal boot", 1});
    return list;
}

Result<CaptureKernel> KernelSearch::find(const Snapshot &snapshot) const {
    for (const Candidate &candidate : candidates_)
        if (snapshot.is_there(candidate.path))
            return with_initramfs(
                {.release = candidate.release, .path = candidate.path, .initramfs = {}, .normal = {}},
                snapshot);
    const Candidate &last = candidates_.back();
    return fail(
        Cause::missing_file,
        fmt::format("there is no kernel {} at {} or anywhere else that is usual", printable(last.release),
                    printable(candidates_.front().path)),
        "name its version with KDUMP_KERNELVER, its directory with KDUMP_BOOTDIR in /etc/sysconfig/kdump");
}

// Beside the initramfs of a normal boot where that has the name that dracut gives it; elsewhere other tools
// could take it for one of a kernel.
CaptureKernel KernelSearch::with_initramfs(CaptureKernel kernel, const Snapshot &snapshot) const {
    std::string directory = directory_of(kernel.path);
    kernel.normal = first_there(snapshot, normal_initramfs_paths(directory, kernel.release));
    std::string file = fmt::format("/initramfs-{}", kernel.release);
    bool is_dracut = kernel.normal == directory + file + ".img";
    kernel.initramfs = (is_dracut ? directory : std::string(state_directory)) + file + "kdump.img";
    if (!named_initramfs_.empty())
        kernel.initramfs = named_initramfs_;
    return kernel;
}

} // namespace kexec::kdumpctl
