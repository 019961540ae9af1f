// SPDX-License-Identifier: GPL-2.0-or-later
// Rewriting /chosen. Everything else of a tree is handed on as it is: the machine has not changed. So are
// the properties of EFI in /chosen (linux,uefi-system-table, linux,uefi-mmap-*), through which a kernel finds
// EFI's memory map and with it ACPI.
#include "arch/arm64/device_tree.h"

#include "arch/arm64/arm64.h"
#include "machine/tree_facts.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::arm64 {
namespace {

const std::string chosen = "/chosen";
constexpr std::size_t kaslr_seed_bytes = 8;

Result<DeviceTree> running_tree(const Request &request) {
    const auto &facts = std::get<Arm64Facts>(request.machine.own);
    if (facts.device_tree.empty())
        return fail(Cause::missing_file, facts.device_tree_words + "; a kernel needs a device tree",
                    "name one with --dtb");
    return DeviceTree::read(facts.device_tree);
}

bool has_efi(const DeviceTree &tree) {
    return tree.property(chosen, "linux,uefi-mmap-start") && tree.property(chosen, "linux,uefi-system-table");
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

// What described the last boot and is not true for the next: reservations of its initrd and of the core
// header that it read, the measurement list and what was handed over to it.
Result<void> forget_last_boot(DeviceTree &tree) {
    auto start = tree.number(chosen, "linux,initrd-start"), end = tree.number(chosen, "linux,initrd-end");
    if (start && end && *start < *end) {
        TRY(tree.release({*start, *end - *start}));
        // Firmware may reserve whole pages.
        if (auto whole = align_up(*end - *start, 4096))
            TRY(tree.release({*start, *whole}));
    }
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    for (const char *name : {"linux,elfcorehdr", "linux,ima-kexec-buffer"}) {
        auto ranges = ranges_in(tree.property(chosen, name).value_or(Bytes()), cells);
        for (Range range : ranges.value_or(Ranges()))
            TRY(tree.release({range.first(), range.size()}));
        TRY(tree.remove(chosen, name));
    }
    for (const char *name : {"linux,initrd-start", "linux,initrd-end", "linux,usable-memory-range",
                             "linux,kho-fdt", "linux,kho-scratch"})
        TRY(tree.remove(chosen, name));
    return {};
}

// The tree of --dtb keeps its own bootargs where no command line is given; those of the running kernel are
// not the next one's.
Result<void> tell_command_line(DeviceTree &tree, const Told &told) {
    if (!told.command_line.empty())
        return tree.set_text(chosen, "bootargs", told.command_line);
    return told.own_tree ? tree.remove(chosen, "bootargs") : Result<void>{};
}

// Neither this nor the core header goes into /memreserve/: the kernel reserves both by itself, and complains
// of a core header that is reserved already.
Result<void> tell_initrd(DeviceTree &tree, Range initrd) {
    TRY(tree.set_number(chosen, "linux,initrd-start", initrd.first()));
    return tree.set_number(chosen, "linux,initrd-end", initrd.last() + 1);
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

// A seed that another kernel has used is no secret any more. Without new entropy there is none at all: better
// no randomness than a known one.
Result<void> tell_seeds(DeviceTree &tree, const Entropy &entropy, std::vector<std::string> &notes) {
    TRY(tree.remove(chosen, "kaslr-seed"));
    TRY(tree.remove(chosen, "rng-seed"));
    if (!entropy.available) {
        notes.push_back("told: no kaslr-seed and no rng-seed, there was no entropy");
        return {};
    }
    Bytes bytes = entropy.bytes;
    TRY(tree.set(chosen, "kaslr-seed", bytes.first(kaslr_seed_bytes)));
    TRY(tree.set(chosen, "rng-seed", bytes.subspan(kaslr_seed_bytes)));
    notes.push_back("told: a new kaslr-seed and rng-seed");
    return {};
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

Result<DeviceTree> tree_to_start_from(const Request &request, std::vector<std::string> &notes) {
    if (!request.dtb) {
        notes.push_back("device tree: " + std::get<Arm64Facts>(request.machine.own).device_tree_words);
        return running_tree(request);
    }
    const std::string &path = request.dtb->path();
    notes.push_back("device tree: " + path);
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
