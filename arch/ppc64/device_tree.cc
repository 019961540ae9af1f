// SPDX-License-Identifier: GPL-2.0-or-later
// The tree is that of /proc/device-tree, which knows of CPUs and memory that came since boot. It has no
// /memreserve/: what stood there is made again from the properties of RTAS, OPAL and the TCE tables, whose
// memory the kernel does not reserve by itself.
#include "arch/ppc64/device_tree.h"

#include "arch/ppc64/usable_memory.h"
#include "base/text.h"
#include "plan/chosen.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::ppc64 {
namespace {

const std::string chosen = "/chosen";

// What the running kernel says of itself, in its own byte order or as it was at this boot.
constexpr const char *of_this_kernel[] = {
    "linux,htab-base",        "linux,htab-size",        "linux,kernel-end",
    "linux,crashkernel-base", "linux,crashkernel-size", "linux,memory-limit",
};

bool has_cpu(const DeviceTree &tree, std::uint64_t wanted) {
    auto cpus = tree.find("/cpus");
    for (DeviceTree::Node node : cpus ? tree.children(*cpus) : std::vector<DeviceTree::Node>{}) {
        auto numbers = tree.property(node, "ibm,ppc-interrupt-server#s");
        if (!numbers)
            numbers = tree.property(node, "reg");
        Cursor cursor(numbers.value_or(Bytes()));
        while (cursor.remaining() >= 4)
            if (cursor.next<be32>("a processor").value() == wanted)
                return true;
    }
    return false;
}

// The purgatory writes this processor's number into the tree, and a kernel that does not find it there stops
// before it has a console (early_init_devtree). In a crash it may be any.
Result<void> check_processor(const DeviceTree &tree, const Request &request,
                             std::vector<std::string> &warnings) {
    auto cpu = std::get<Ppc64Facts>(request.machine.own).next_cpu;
    if (!cpu || has_cpu(tree, *cpu))
        return {};
    std::string what = fmt::format("the device tree given has no processor {}", *cpu);
    if (request.settings.purpose == Purpose::crash) {
        warnings.push_back(what +
                           ", and a crash kernel that starts on one it does not know stops at once; going "
                           "on without");
        return {};
    }
    return fail(
        Cause::unsupported, what + ", which would start the new kernel",
        "write the number of a CPU that the tree has to /sys/kernel/reboot/cpu, or name another tree");
}

Result<void> reserve(DeviceTree &tree, Range range) {
    std::vector<TreeReservation> entries = tree.reservations();
    bool there = std::ranges::any_of(entries, [&](const TreeReservation &entry) {
        auto each = Range::sized(entry.address, entry.size);
        return each && each->contains(range);
    });
    return there ? Result<void>{} : tree.reserve({range.first(), range.size()});
}

Result<void> tell_firmware(DeviceTree &tree, const Machine &machine, std::vector<std::string> &notes) {
    for (const FirmwareMemory &piece : std::get<Ppc64Facts>(machine.own).firmware) {
        if (!is_handed_on(piece.use))
            continue;
        TRY(reserve(tree, piece.range));
        notes.push_back(fmt::format("told: reserved {} ({})", to_string(piece.range), name_of(piece.use)));
    }
    return {};
}

// The second kernel starts where the first one did, so that it has to be told to leave the first one's memory
// alone.
Result<void> tell_crash(DeviceTree &tree, const Told &told, std::vector<std::string> &notes) {
    const CrashPieces &crash = *told.crash;
    Range reservation = told.request.machine.crash_reservations.back();
    auto dead = Range::between(saved_memory.last() + 1, std::max<std::uint64_t>(reservation.first(), 1) - 1);
    if (!dead)
        return fail(
            Cause::no_room,
            fmt::format("the crash reservation {} starts in the first 64 KiB, which a crash kernel needs too",
                        to_string(reservation)),
            "reserve memory with crashkernel=SIZE, without an address");
    TRY(reserve(tree, *dead));
    TRY(reserve(tree, crash.backup));
    TRY(reserve(tree, crash.core_header));
    TRY(tell_usable_memory(tree, crash.usable));
    notes.push_back(fmt::format("told: reserved {} (the dead kernel's memory)", to_string(*dead)));
    notes.push_back(fmt::format("told: reserved {} (backup), {} (core header)", to_string(crash.backup),
                                to_string(crash.core_header)));
    for (Range range : crash.usable)
        notes.push_back(fmt::format("told: usable memory {}", to_string(range)));
    return {};
}

std::optional<std::string_view> root_of(std::string_view command_line) {
    for (std::string_view word : words_of(command_line))
        if (word.starts_with("root="))
            return word;
    return std::nullopt;
}

} // namespace

Result<DeviceTree> tree_to_start_from(const Request &request, std::vector<std::string> &notes,
                                      std::vector<std::string> &warnings) {
    const auto &facts = std::get<Ppc64Facts>(request.machine.own);
    if (!request.dtb) {
        if (facts.device_tree.empty())
            return fail(Cause::missing_file, facts.device_tree_words + "; a kernel needs a device tree",
                        "name one with --dtb");
        notes.push_back("device tree: " + facts.device_tree_words);
        return DeviceTree::read(facts.device_tree);
    }
    const std::string &path = request.dtb->full_path();
    notes.push_back("device tree: " + request.dtb->path());
    DeviceTree tree = TRY_WITHIN(path, DeviceTree::read(request.dtb->bytes()));
    TRY_WITHIN(path, check_processor(tree, request, warnings));
    return tree;
}

std::string command_line_for(const Request &request, const DeviceTree &tree) {
    const Settings &settings = request.settings;
    std::string line = settings.command_line;
    if (request.dtb && line.empty())
        return std::string(text_until_nul(tree.property(chosen, "bootargs").value_or(Bytes())));
    bool wanted = !request.dtb && !settings.has(OptionId::dt_no_old_root) && !root_of(line);
    if (auto root = wanted ? root_of(request.machine.command_line) : std::nullopt)
        line += fmt::format("{}{}", line.empty() ? "" : " ", *root);
    return line;
}

Result<void> tell(DeviceTree &tree, const Told &told, std::vector<std::string> &notes) {
    TRY(tree.add_node(chosen));
    TRY(forget_last_boot(tree));
    for (const char *name : of_this_kernel)
        TRY(tree.remove(chosen, name));
    TRY(forget_usable_memory(tree));
    TRY(tree.set_text(chosen, "bootargs", told.command_line));
    if (told.initrd) {
        TRY(tell_initrd(tree, *told.initrd));
        notes.push_back(fmt::format("told: initrd {}", to_string(*told.initrd)));
    }
    TRY(tell_firmware(tree, told.request.machine, notes));
    if (told.crash)
        TRY(tell_crash(tree, told, notes));
    TRY(tell_seeds(tree, told.request.entropy, notes));
    return tree.set(chosen, "linux,booted-from-kexec", {});
}

} // namespace kexec::ppc64
