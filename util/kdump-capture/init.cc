// SPDX-License-Identifier: GPL-2.0-or-later
// fadump.rst of the kernel's documentation tells how a boot with a dump is known: by a property of the device
// tree, of PowerVM's firmware or of OPAL's. The tree lies in /sys, where /proc/device-tree leads to.
#include "util/kdump-capture/init.h"

#include "base/file.h"
#include "base/new_file.h"
#include "base/text.h"
#include "capture/layout.h"
#include "machine/fadump_files.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <span>

namespace kexec::capture {

namespace {

constexpr std::array<std::string_view, 2> dump_properties{"/proc/device-tree/rtas/ibm,kernel-dump",
                                                          "/proc/device-tree/ibm,opal/dump/mpipl-boot"};
constexpr std::array<std::string_view, 2> release_files{fadump_release, fadump_release_older};

constexpr std::uint64_t longest_line = 64 << 10;

struct FileSystem {
    const char *type, *place;
};
constexpr std::array<FileSystem, 3> file_systems{
    {{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}}};

Result<void> mount(const World &world, const FileSystem &system) {
    TRY(make_directories(world.root + system.place));
    return world.mount(system.type, system.place, system.type, "nosuid");
}

// Files are called NUMBER-NAME.ko.
std::string_view module_of(std::string_view file) {
    file.remove_prefix(std::min(file.find('-') + 1, file.size()));
    return file.substr(0, file.rfind('.'));
}

// Of two values the kernel takes the later one: what the command line sets stands behind modprobe.d's.
std::string parameters_for(const World &world, std::string_view file, std::string_view command_line) {
    std::string module(module_of(file));
    auto options = read_file(world.root + std::string(options_path) + "/" + module, longest_line);
    std::string parameters(options ? trimmed(as_text(*options)) : std::string_view());
    std::string later = parameters_of(module, command_line);
    return parameters + (parameters.empty() || later.empty() ? "" : " ") + later;
}

void load_modules(const World &world) {
    std::string directory(modules_path);
    auto line = read_file(world.root + "/proc/cmdline", longest_line);
    auto names = list_directory(world.root + directory);
    for (const std::string &name : names ? *names : std::vector<std::string>{})
        if (auto loaded =
                world.load_module(directory + "/" + name,
                                  parameters_for(world, name, line ? as_text(*line) : std::string_view()));
            !loaded)
            tell(world, fmt::format("{}; going on without", loaded.error().what));
}

} // namespace

// kernel-parameters.rst: - and _ are one in the names of modules; the kernel itself sets what is
// built in, and leaves to others what is loaded.
std::string parameters_of(std::string_view module, std::string_view command_line) {
    std::string parameters;
    for (std::string_view word : words_of(command_line)) {
        std::size_t dot = word.find('.');
        if (dot == std::string_view::npos || dot > word.find('='))
            continue;
        if (with_underscores(word.substr(0, dot)) == module)
            parameters += (parameters.empty() ? "" : " ") + std::string(word.substr(dot + 1));
    }
    return parameters;
}

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
