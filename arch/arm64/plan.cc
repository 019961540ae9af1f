// SPDX-License-Identifier: GPL-2.0-or-later
// The plan on arm64 for kexec_load. Reading order: plan_segments at the end, then upwards.
#include "arch/arm64/arm64.h"
#include "arch/arm64/console.h"
#include "arch/arm64/crash.h"
#include "arch/arm64/device_tree.h"
#include "arch/arm64/kernel.h"
#include "machine/tree_facts.h"
#include "plan/purgatory.h"
#include "plan/segment_load.h"
#include "plan/tree_changes.h"
#include "purgatory/blobs.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::arm64 {
namespace {

// Everything that is known of a load while it is being put together.
struct Load {
    const Request &request;
    const Arm64Facts &facts;
    Placer placer;
    std::optional<CrashPieces> crash;
    std::optional<Range> initrd;
    SegmentLoad plan;
};

// Among the free pieces of one window, the place on the side where the kernel lies.
Result<Range> place_beside(const PlacedKernel &kernel, Placer &placer, std::string_view name,
                           std::uint64_t size, std::uint64_t align, Range window) {
    return placer.at_end(kernel.high, name, size, align, window);
}

// The first window that has room; where none has, the error of the largest.
Result<Range> place_in(const std::vector<Range> &windows, const PlacedKernel &kernel, Placer &placer,
                       std::string_view name, std::uint64_t size, std::uint64_t align) {
    for (Range window : windows)
        if (auto place = place_beside(kernel, placer, name, size, align, window))
            return place;
    Range largest = *std::ranges::max_element(windows, {}, &Range::size);
    return place_beside(kernel, placer, name, size, align, largest);
}

Result<void> place_initrd(Load &load, const PlacedKernel &kernel) {
    load.initrd = TRY(add_initrd(load.plan, load.request, [&](std::string_view name, std::uint64_t size) {
        return place_in(initrd_windows(kernel.span), kernel, load.placer, name, size, load.facts.page_size);
    }));
    return {};
}

Result<void> place_crash(Load &load, std::vector<std::string> &warnings) {
    if (load.request.settings.purpose != Purpose::crash)
        return {};
    load.crash = TRY(place_crash_pieces(load.request, load.placer, warnings, load.plan.notes));
    load.plan.segments.push_back(load.crash->segment);
    load.plan.storage.push_back(load.crash->bytes);
    return {};
}

Told told_by(const Load &load) {
    Told told{.command_line = load.request.settings.command_line,
              .initrd = load.initrd,
              .core_header = {},
              .usable = {},
              .entropy = load.request.entropy,
              .own_tree = !load.request.dtb};
    if (load.crash) {
        told.core_header = load.crash->core_header;
        told.usable = load.crash->usable;
    }
    return told;
}

// booting.rst: at most 2 MiB, mapped in blocks of 2 MiB. On a multiple of that it lies in one block, as the
// kernel's own loader places it.
Result<Range> place_tree(Load &load, DeviceTree tree, const PlacedKernel &kernel) {
    TRY(tell(tree, told_by(load), load.plan.notes));
    auto bytes = std::make_shared<Buffer>(tree.packed());
    if (bytes->size() > largest_tree)
        return fail(Cause::bad_image,
                    fmt::format("the device tree has {} bytes, a kernel takes at most {}", bytes->size(),
                                largest_tree),
                    "name a smaller device tree with --dtb");
    Range place =
        TRY(place_in(tree_windows(kernel), kernel, load.placer, "the device tree", bytes->size(), base_step));
    load.plan.segments.push_back({.name = "device tree",
                                  .destination = place,
                                  .bytes = *bytes,
                                  .verified = true,
                                  .random = load.request.entropy.available});
    load.plan.storage.push_back(bytes);
    return place;
}

// The kernel finds EFI's map of memory, its tables and runtime services through these properties alone.
std::string what_becomes_of_efi(const Request &request, const DeviceTree &tree) {
    if (has_efi(tree))
        return "kept: /chosen of the device tree leads the new kernel to the firmware's tables";
    auto running = DeviceTree::read(std::get<Arm64Facts>(request.machine.own).device_tree);
    return running && has_efi(*running) ? "lost: the device tree of --dtb does not tell of it" : "";
}

Result<void> place_purgatory(Load &load, const PlacedKernel &kernel, Range tree) {
    const Settings &settings = load.request.settings;
    PurgatorySettings told{};
    told.entry = kernel.entry;
    told.argument = tree.first();
    if (!settings.checks)
        told.flags |= purgatory::flag::skip_checks;
    if (settings.has(OptionId::caches_off))
        told.flags |= purgatory::flag::caches_off;
    TRY(set_console(told, load.request));
    load.plan.purgatory = prepare_purgatory(purgatory_arm64, std::endian::little, told);
    Range place = TRY(place_beside(kernel, load.placer, "the purgatory", load.plan.purgatory->size(),
                                   load.facts.page_size, Range::everything()));
    add_purgatory(load.plan, load.request, place);
    return {};
}

// A GICv3 that has been given tables for its LPIs cannot be made to let go of them: it goes on writing to
// them, and the next kernel clears the old ones before it knows what lies there
// (drivers/irqchip/irq-gic-v3-its.c, its_setup_lpi_prop_table). EFI hands on where they are; without it
// nobody does. A crash kernel is safe: the tables do not lie in its reservation.
void warn_of_interrupt_tables(const Request &request, std::vector<std::string> &warnings) {
    const Buffer &bytes = std::get<Arm64Facts>(request.machine.own).device_tree;
    if (request.settings.purpose == Purpose::crash || bytes.empty())
        return;
    auto tree = DeviceTree::read(bytes);
    if (!tree || tree->property("/chosen", "linux,uefi-system-table") ||
        !tree->find_compatible("arm,gic-v3-its"))
        return;
    warnings.push_back(
        "the interrupt controller (a GICv3 with ITS) keeps tables in the running kernel's memory, and "
        "without EFI nothing tells where: the new kernel may be put there and fail; going on without "
        "knowing");
}

} // namespace

Result<SegmentLoad> plan_segments(const Request &request, std::vector<std::string> &warnings) {
    const auto &facts = std::get<Arm64Facts>(request.machine.own);
    warn_of_interrupt_tables(request, warnings);
    SegmentLoad plan{};
    plan.notes.push_back(fmt::format("pages of {} KiB ({})", facts.page_size >> 10, facts.page_size_words));
    DeviceTree tree = TRY(tree_to_start_from(request, plan.notes));
    TRY(change_tree(tree, request, plan.notes));
    // cppcheck-suppress selfAssignment ; a designated initializer assigns nothing
    Load load{.request = request,
              .facts = facts,
              .placer = placer_for(request, facts.page_size, TRY(reservations_in(tree))),
              .crash = {},
              .initrd = {},
              .plan = std::move(plan)};
    PlacedKernel kernel = TRY(place_kernel(request, load.placer));
    load.plan.segments = kernel.segments;
    load.plan.storage = kernel.storage;
    TRY(place_crash(load, warnings));
    TRY(place_initrd(load, kernel));
    load.plan.efi = what_becomes_of_efi(request, tree);
    Range place = TRY(place_tree(load, std::move(tree), kernel));
    TRY(place_purgatory(load, kernel, place));
    load.plan.command_line = request.settings.command_line;
    return complete(std::move(load.plan), request, EM_AARCH64, kexec_crash_hotplug_support, facts.page_size);
}

} // namespace kexec::arm64
