// SPDX-License-Identifier: GPL-2.0-or-later
// The plan on arm64 for kexec_load. Reading order: plan_segments at the end, then upwards.
#include "arch/arm64/arm64.h"
#include "arch/arm64/console.h"
#include "arch/arm64/crash.h"
#include "arch/arm64/device_tree.h"
#include "arch/arm64/kernel.h"
#include "machine/tree_facts.h"
#include "plan/check.h"
#include "plan/purgatory.h"
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

// A crash kernel may be loaded only into crashk_res (kernel/kexec_core.c), which is the highest reservation;
// a normal one anywhere in RAM, but for what the tree it is given reserves.
Placer placer_for(const Request &request, const Ranges &reserved, std::uint64_t page) {
    const Machine &machine = request.machine;
    if (request.settings.purpose == Purpose::crash)
        return Placer(Ranges{machine.crash_reservations.back()}, request.settings.window, page,
                      "reserve more memory with crashkernel=, or use a smaller initrd");
    Ranges free = free_ram(machine);
    free.remove(reserved);
    return Placer(free, request.settings.window, page,
                  "use a smaller initrd, or widen --mem-min and --mem-max");
}

// The first window that has room; where none has, the error of the largest.
Result<Range> place_in(const std::vector<Range> &windows, Placer &placer, std::string_view name,
                       std::uint64_t size, std::uint64_t align) {
    for (Range window : windows)
        if (auto place = placer.lowest(name, size, align, window))
            return place;
    return placer.lowest(name, size, align, *std::ranges::max_element(windows, {}, &Range::size));
}

Result<void> place_initrd(Load &load, const PlacedKernel &kernel) {
    const auto &file = load.request.initrd;
    if (!file || file->bytes().empty())
        return {};
    std::uint64_t size = file->bytes().size();
    Range place =
        TRY(place_in(initrd_windows(kernel.span), load.placer, "the initrd", size, load.facts.page_size));
    load.initrd = Range::sized(place.first(), size);
    load.plan.segments.push_back({.name = "initrd", .destination = place, .bytes = file->bytes()});
    load.plan.storage.push_back(file);
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
        TRY(place_in(tree_windows(kernel), load.placer, "the device tree", bytes->size(), base_step));
    load.plan.segments.push_back({.name = "device tree",
                                  .destination = place,
                                  .bytes = *bytes,
                                  .verified = true,
                                  .random = load.request.entropy.available});
    load.plan.storage.push_back(bytes);
    return place;
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
    Range place = TRY(load.placer.lowest("the purgatory", load.plan.purgatory->size(), load.facts.page_size,
                                         Range::everything()));
    load.plan.segments.push_back(
        {.name = "purgatory", .destination = place, .bytes = *load.plan.purgatory, .verified = false});
    load.plan.entry = settings.entry != 0 ? settings.entry : place.first();
    return {};
}

std::uint32_t flags_of(const Settings &settings) {
    std::uint32_t flags = std::uint32_t{EM_AARCH64} << 16;
    if (settings.purpose == Purpose::crash)
        flags |= kexec_on_crash;
    if (settings.hotplug)
        flags |= kexec_crash_hotplug_support;
    if (settings.debug)
        flags |= kexec_debug;
    return flags;
}

Result<SegmentLoad> finish(Load load) {
    const Request &request = load.request;
    load.plan.flags = flags_of(request.settings);
    load.plan.command_line = request.settings.command_line;
    load.plan.storage.push_back(request.image.file);
    load.plan.storage.push_back(request.image.unpacked);
    std::ranges::sort(load.plan.segments, {},
                      [](const Segment &segment) { return segment.destination.first(); });
    TRY(check(load.plan, request.machine, request.settings.purpose, load.facts.page_size));
    return std::move(load.plan);
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
    Load load{.request = request,
              .facts = facts,
              .placer = placer_for(request, TRY(reservations_in(tree)), facts.page_size),
              .crash = {},
              .initrd = {},
              .plan = std::move(plan)};
    PlacedKernel kernel = TRY(place_kernel(request, load.placer));
    load.plan.segments = kernel.segments;
    load.plan.storage = kernel.storage;
    TRY(place_crash(load, warnings));
    TRY(place_initrd(load, kernel));
    Range place = TRY(place_tree(load, std::move(tree), kernel));
    TRY(place_purgatory(load, kernel, place));
    return finish(std::move(load));
}

} // namespace kexec::arm64
