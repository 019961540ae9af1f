// SPDX-License-Identifier: GPL-2.0-or-later
// Rewriting /chosen. Everything else of a tree is handed on as it is: the machine has not changed. So are
// the properties of EFI in /chosen (linux,uefi-system-table, linux,uefi-mmap-*), through which a kernel finds
// EFI's memory map and with it ACPI.
#include "arch/arm64/device_tree.h"

#include "arch/arm64/arm64.h"
#include "machine/tree_facts.h"
#include "plan/chosen.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::arm64 {
namespace {

const std::string chosen = "/chosen";

Result<DeviceTree> running_tree(const Request &request) {
    const auto &facts = std::get<Arm64Facts>(request.machine.own);
    if (facts.device_tree.empty())
        return fail(Cause::missing_file, facts.device_tree_words + "; a kernel needs a device tree",
                    "name one with --dtb");
    return DeviceTree::read(facts.device_tree);
}

// All that the EFI stub wrote (drivers/firmware/efi/libstub/fdt.c).
constexpr std::array efi_properties = {
    "linux,uefi-system-table",   "linux,uefi-mmap-start",    "linux,uefi-mmap-size",
    "linux,uefi-mmap-desc-size", "linux,uefi-mmap-desc-ver",
};

Result<void> copy_efi(DeviceTree &tree, const DeviceTree &from) {
    for (const char *name : efi_properties)
        if (auto value = from.property(chosen, name))
            TRY(tree.set(chosen, name, *value));
    return {};
}

Result<void> add_memory(DeviceTree &tree, const Ranges &memory) {
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    Buffer reg;
    for (Range range : memory)
        TRY(append_range(reg, range, cells));
    std::string path =
        memory_node(tree).value_or(fmt::format("/memory@{:x}", memory.empty() ? 0 : memory.begin()->first()));
    TRY(tree.set_text(path, "device_type", "memory"));
    return tree.set(path, "reg", reg);
}

// A kernel that is told of no memory dies without a word. Trees as they are built have no memory node, or one
// that a boot loader is to fill in; we are that boot loader. Memory comes from the running kernel's tree, on
// EFI machines from EFI's map.
Result<void> mend_memory(DeviceTree &tree, const Request &request, std::vector<std::string> &notes) {
    if (has_efi(tree) || !TRY(memory_in(tree)).empty())
        return {};
    auto running = running_tree(request);
    if (running && has_efi(*running)) {
        notes.push_back("the given device tree had no memory: it gets EFI's memory map");
        return copy_efi(tree, *running);
    }
    Ranges memory = running ? TRY(memory_in(*running)) : Ranges();
    bool from_tree = !memory.empty();
    if (!from_tree)
        memory = request.machine.system_ram;
    notes.push_back(fmt::format("the given device tree had no memory: it gets that of {}",
                                from_tree ? "the running kernel's tree" : "/proc/iomem"));
    return add_memory(tree, memory);
}

// The tree of --dtb keeps its own bootargs where no command line is given; those of the running kernel are
// not the next one's.
Result<void> tell_command_line(DeviceTree &tree, const Told &told) {
    if (!told.command_line.empty())
        return tree.set_text(chosen, "bootargs", told.command_line);
    return told.own_tree ? tree.remove(chosen, "bootargs") : Result<void>{};
}

// kdump.rst, and arch/arm64/mm/init.c: the second kernel keeps to these ranges.
Result<void> tell_crash(DeviceTree &tree, const Told &told) {
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    Buffer header, usable;
    TRY(append_range(header, *told.core_header, cells));
    for (Range range : told.usable)
        TRY(append_range(usable, range, cells));
    TRY(tree.set(chosen, "linux,elfcorehdr", header));
    return tree.set(chosen, "linux,usable-memory-range", usable);
}

void note_places(const Told &told, std::vector<std::string> &notes) {
    if (told.initrd)
        notes.push_back(fmt::format("told: initrd {}", to_string(*told.initrd)));
    if (told.core_header)
        notes.push_back(fmt::format("told: core header {}", to_string(*told.core_header)));
    for (Range range : told.usable)
        notes.push_back(fmt::format("told: usable memory {}", to_string(range)));
}

} // namespace

bool has_efi(const DeviceTree &tree) {
    return tree.property(chosen, "linux,uefi-mmap-start") && tree.property(chosen, "linux,uefi-system-table");
}

Result<DeviceTree> tree_to_start_from(const Request &request, std::vector<std::string> &notes) {
    if (!request.dtb) {
        notes.push_back("device tree: " + std::get<Arm64Facts>(request.machine.own).device_tree_words);
        return running_tree(request);
    }
    const std::string &path = request.dtb->full_path();
    notes.push_back("device tree: " + request.dtb->path());
    DeviceTree tree = TRY_WITHIN(path, DeviceTree::read(request.dtb->bytes()));
    if (!tree.find(chosen))
        notes.push_back("the given device tree had no /chosen: it gets one");
    TRY_WITHIN(path, mend_memory(tree, request, notes));
    return tree;
}

Result<void> tell(DeviceTree &tree, const Told &told, std::vector<std::string> &notes) {
    TRY(tree.add_node(chosen));
    TRY(forget_last_boot(tree));
    TRY(tell_command_line(tree, told));
    if (told.initrd)
        TRY(tell_initrd(tree, *told.initrd));
    if (told.core_header)
        TRY(tell_crash(tree, told));
    note_places(told, notes);
    TRY(tell_seeds(tree, told.entropy, notes));
    return tree.set(chosen, "linux,booted-from-kexec", {});
}

} // namespace kexec::arm64
