// SPDX-License-Identifier: GPL-2.0-or-later
// fadump.rst of the kernel's documentation tells how a boot with a dump is known: by a property of the device
// tree, of PowerVM's firmware or of OPAL's. The tree lies in /sys, where /proc/device-tree leads to.
#include "util/kdump-capture/init.h"

#include "base/file.h"
#include "base/new_file.h"
#include "capture/layout.h"
#include "machine/fadump_files.h"

#include <array>
#include <fmt/core.h>
#include <span>

namespace kexec::capture {

namespace {

constexpr std::array<std::string_view, 2> dump_properties{"/proc/device-tree/rtas/ibm,kernel-dump",
                                                          "/proc/device-tree/ibm,opal/dump/mpipl-boot"};
constexpr std::array<std::string_view, 2> release_files{fadump_release, fadump_release_older};

struct FileSystem {
    const char *type, *place;
};
constexpr std::array<FileSystem, 3> file_systems{
    {{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}}};

Result<void> mount(const World &world, const FileSystem &system) {
    TRY(make_directories(world.root + system.place));
    return world.mount(system.type, system.place, system.type, "nosuid");
}

void load_modules(const World &world) {
    std::string directory(modules_path);
    auto names = list_directory(world.root + directory);
    for (const std::string &name : names ? *names : std::vector<std::string>{})
        if (auto loaded = world.load_module(directory + "/" + name); !loaded)
            tell(world, fmt::format("{}; going on without", loaded.error().what));
}

} // namespace

bool has_original_init(const World &world) {
    // It may be a link that leads to nowhere before it is unpacked, so the directory is asked.
    auto names = list_directory(world.root + "/");
    for (const std::string &name : names ? *names : std::vector<std::string>{})
        if (name == original_init_path.substr(1))
            return true;
    return false;
}

bool is_dump_boot(const World &world) {
    constexpr std::span needed = std::span(file_systems).first<2>();
    std::size_t mounted = 0;
    while (mounted < needed.size() && mount(world, needed[mounted]))
        mounted++;
    bool waits = false;
    for (std::string_view property : dump_properties)
        waits |= open_to_read(world.root + std::string(property)).has_value();
    waits = waits && open_to_read(world.root + "/proc/vmcore");
    while (mounted-- > 0)
        world.unmount(needed[mounted].place);
    return waits;
}

void prepare(const World &world) {
    for (const FileSystem &system : file_systems)
        if (auto mounted = mount(world, system); !mounted)
            tell(world, mounted.error());
    // makedumpfile keeps a part of the dump's notes there.
    if (auto made = make_directories(world.root + "/tmp"); !made)
        tell(world, made.error());
    load_modules(world);
}

void leave_as_found(const World &world) {
    for (std::size_t i = file_systems.size(); i-- > 0;)
        if (auto unmounted = world.unmount(file_systems[i].place); !unmounted)
            tell(world, unmounted.error());
}

Result<void> release_dump(const World &world) {
    for (std::string_view file : release_files)
        if (write_into(world.root + std::string(file), "1"))
            return {};
    return fail(Cause::unsupported, "the kernel has no firmware-assisted dump to release");
}

} // namespace kexec::capture
