// SPDX-License-Identifier: GPL-2.0-or-later
// From an entry to options. An entry's paths start at the root of the partition that it lies on; where that
// is no partition of its own, Fedora's entries start at the root of the file system.
#include "kexec/boot_entry.h"

#include "base/file.h"
#include "base/text.h"
#include "machine/boot_entries.h"
#include "plan/command_line.h"

#include <fmt/core.h>

namespace kexec {
namespace {

Result<void> check_machine(const BootEntry &entry, const Arch &arch) {
    if (entry.architecture.empty() || in_lower_case(entry.architecture) == arch.efi_name)
        return {};
    return fail(Cause::unsupported,
                fmt::format("{} is for machines of type {}, this one is {}", entry.path,
                            printable(entry.architecture), arch.efi_name.empty() ? arch.name : arch.efi_name),
                "name another entry");
}

std::string located(const World &world, const BootEntry &entry, const std::string &path) {
    std::string on_partition = world.root + entry.partition + path;
    std::string from_root = world.root + path;
    return !open_to_read(on_partition) && open_to_read(from_root) ? from_root : on_partition;
}

void take_device_tree(Options &options, const Arch &arch, const std::string &path) {
    for (const Option &option : arch.options)
        if (option.id == OptionId::dtb && option.reach != OptionReach::nothing)
            options.settings.given.try_emplace(OptionId::dtb, path);
}

} // namespace

Result<void> take_boot_entry(const World &world, Options &options) {
    Snapshot snapshot = take_snapshot(boot_entry_sources(), world.root);
    BootEntry entry = TRY(boot_entry_named(snapshot, options.boot_entry));
    TRY(check_machine(entry, world.arch));
    options.kernel = located(world, entry, entry.kernel);
    if (!options.settings.has(OptionId::initrd)) {
        std::vector<std::string> initrds;
        for (const std::string &path : entry.initrds)
            initrds.push_back(located(world, entry, path));
        options.initrds.insert(options.initrds.begin(), initrds.begin(), initrds.end());
    }
    if (!entry.device_tree.empty())
        take_device_tree(options, world.arch, located(world, entry, entry.device_tree));
    options.append = join_command_lines(entry.options, options.append);
    return {};
}

} // namespace kexec
