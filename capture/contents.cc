// SPDX-License-Identifier: GPL-2.0-or-later
// A name of a device may be another one's at the next boot, so a file system is looked for by its UUID.
// Modules are unpacked: not every kernel unpacks them, and the archive as a whole is packed.
#include "capture/contents.h"

#include "base/compress.h"
#include "base/file.h"
#include "base/libraries.h"
#include "base/text.h"
#include "capture/check_target.h"
#include "capture/devices.h"
#include "capture/layout.h"
#include "capture/modules.h"
#include "capture/superblock.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::capture {

namespace {

constexpr std::uint64_t largest_module = 256 << 20, largest_program = 256 << 20, longest_name = 4096;

std::string_view in_archive(std::string_view path) { return path.substr(1); }

bool is_named_by_content(std::string_view source) {
    return source.starts_with("UUID=") || source.starts_with("LABEL=");
}

class Filler {
public:
    Filler(Archive &archive, const Wish &wish, Initramfs &made, ModuleTree modules)
        : archive_(archive),
          wish_(wish),
          made_(made),
          modules_(std::move(modules)),
          modprobe_(read_modprobe_settings(wish.root)) {
        modules_.obey(modprobe_);
    }

    Result<void> fill() {
        Settings settings = wish_.settings;
        for (Target &target : settings.targets)
            TRY(add_target(target));
        for (const std::string &name : wish_.extra_modules)
            if (!modules_.add(name, made_.modules))
                made_.warnings.push_back(
                    fmt::format("the kernel {} has no module {}; going on without", wish_.release, name));
        add_keeper();
        TRY(add_modules());
        TRY(add_collector());
        std::string text = TRY(settings_text(settings));
        archive_.add_file(in_archive(settings_path), as_bytes(text), 0600);
        return {};
    }

private:
    Result<void> add_target(Target &target);
    Result<void> add_device(Target &target, const std::string &path);
    Result<void> add_virtiofs(const std::string &tag);
    Result<void> need_file_system(const std::string &type);
    void need_drivers(const std::vector<Driver> &drivers);
    void add_keeper();
    Result<void> add_modules();
    void add_options(const std::string &module);
    Result<void> add_collector();
    Result<void> add_copy(const std::string &from, std::string_view to);

    Archive &archive_;
    const Wish &wish_;
    Initramfs &made_;
    ModuleTree modules_;
    ModprobeSettings modprobe_;
};

Failure needs_userland(const Target &target) {
    return fail(Cause::unsupported,
                fmt::format("a target of type {} needs more programs than the capture program",
                            printable(target.type)),
                "have dracut make the capture initramfs, or name another target");
}

Result<void> Filler::add_target(Target &target) {
    if (target.type == "virtiofs")
        return add_virtiofs(target.source);
    for (std::string_view type : {"nfs", "nfs4", "ssh", "directory", "cifs"})
        if (target.type == type)
            return needs_userland(target);
    TRY(check_target(wish_.root, target));
    if (!is_named_by_content(target.source))
        TRY(add_device(target, target.source));
    else
        for (std::string name : devices_named(wish_.root, target.source)) {
            std::ranges::replace(name, '!', '/');
            TRY(add_device(target, "/dev/" + name));
        }
    return target.type == "raw" ? Result<void>() : need_file_system(target.type);
}

// A file system that is spread over several devices brings the drivers of all.
Result<void> Filler::add_device(Target &target, const std::string &path) {
    BlockDevice device = TRY(find_block_device(wish_.root, path));
    need_drivers(device.drivers);
    if (target.type == "raw") {
        target.source = "/dev/" + device.name;
        target.size = device.size;
        return {};
    }
    auto start = read_start_of_file(wish_.root + path, superblock_reach);
    auto system = start ? recognise_file_system(*start) : std::nullopt;
    if (!system || is_named_by_content(target.source))
        return {};
    target.source = "UUID=" + system->uuid;
    if (system->devices > 1)
        for (const std::string &name : devices_named(wish_.root, target.source))
            need_drivers(TRY(find_block_device(wish_.root, "/dev/" + name)).drivers);
    return {};
}

Result<void> Filler::add_virtiofs(const std::string &tag) {
    auto drivers = virtiofs_drivers(wish_.root);
    if (drivers.empty())
        return fail(Cause::missing_file, fmt::format("{}: this machine has no virtiofs", printable(tag)),
                    "have its host share a directory by that tag, or name another target");
    need_drivers(drivers);
    return need_file_system("virtiofs");
}

// Where the running kernel has a driver built in, the capture kernel may have it as a module.
void Filler::need_drivers(const std::vector<Driver> &drivers) {
    for (const Driver &driver : drivers)
        if (driver.module.empty() || !modules_.add(driver.module, made_.modules))
            modules_.add_for_device(driver.modalias, made_.modules);
}

// ext4's module mounts ext2 and ext3 where those have none of their own. A kernel may lack modules.builtin,
// so what is not there is a warning.
Result<void> Filler::need_file_system(const std::string &type) {
    if (modules_.add(type, made_.modules) || modules_.add("fs-" + type, made_.modules))
        return {};
    if (type.starts_with("ext") && modules_.add("ext4", made_.modules))
        return {};
    made_.warnings.push_back(fmt::format(
        "the kernel {} has no module for {}, which may be built in; going on without", wish_.release, type));
    return {};
}

// What keeps the reason of a failure over the reboot, where the target could not take it: the module that the
// running system has for pstore.
void Filler::add_keeper() {
    auto name = read_file(wish_.root + "/sys/module/pstore/parameters/backend", longest_name);
    if (name)
        modules_.add(std::string(trimmed(as_text(*name))), made_.modules);
}

Result<void> Filler::add_modules() {
    for (std::size_t i = 0; i < made_.modules.size(); i++) {
        const std::string &name = made_.modules[i];
        std::string path = modules_.path_of(name);
        Buffer module = TRY(read_file(path, largest_module));
        if (auto packing = recognise_compression(module))
            module = TRY_WITHIN(path, decompress(module, *packing, largest_module));
        archive_.add_file(fmt::format("{}/{:04}-{}.ko", in_archive(modules_path), i, name), module, 0644);
        add_options(name);
    }
    return {};
}

void Filler::add_options(const std::string &module) {
    if (auto options = modprobe_.options.find(module); options != modprobe_.options.end())
        archive_.add_file(fmt::format("{}/{}", in_archive(options_path), module),
                          as_bytes(options->second + "\n"), 0644);
    if (modprobe_.replaced.contains(module))
        made_.warnings.push_back(fmt::format(
            "modprobe.d has a command in the place of the module {}; going on without that command", module));
}

Result<void> Filler::add_copy(const std::string &from, std::string_view to) {
    Buffer content = TRY(read_file(wish_.root + from, largest_program));
    archive_.add_file(in_archive(to), content, 0755);
    return {};
}

Result<void> Filler::add_collector() {
    auto words = words_of(wish_.settings.collector);
    std::string_view program = words.empty() ? "cp" : words.front().substr(words.front().rfind('/') + 1);
    if (program == "cp" || program == "cat")
        return {};
    if (program != "makedumpfile")
        return fail(Cause::unsupported,
                    fmt::format("the collector {} needs more programs than the capture program",
                                printable(program)),
                    "use makedumpfile or cp, or have dracut make the capture initramfs");
    if (wish_.makedumpfile.empty()) {
        made_.warnings.push_back("makedumpfile is not installed: the dump will have all pages that are not "
                                 "zeros; going on without");
        return {};
    }
    LinkedProgram linked = TRY(find_libraries(wish_.root, wish_.makedumpfile));
    TRY(add_copy(wish_.makedumpfile, makedumpfile_path));
    if (!linked.loader.empty())
        TRY(add_copy(linked.loader, loader_path));
    for (const std::string &library : linked.libraries)
        TRY(add_copy(library, fmt::format("{}{}", libraries_path, library.substr(library.rfind('/')))));
    return {};
}

// A kernel that cannot load any has no /proc/modules, and no directory of them.
Result<ModuleTree> modules_of(const Wish &wish) {
    std::string directory = wish.root + "/lib/modules/" + wish.release;
    if (!is_directory(directory) && !open_to_read(wish.root + "/proc/modules"))
        return ModuleTree();
    return ModuleTree::read(directory);
}

} // namespace

Result<void> add_contents(Archive &archive, const Wish &wish, Initramfs &made) {
    return Filler(archive, wish, made, TRY(modules_of(wish))).fill();
}

} // namespace kexec::capture
