// SPDX-License-Identifier: GPL-2.0-or-later
// The plan on ppc64 for kexec_load. Reading order: plan_segments at the end, then upwards.
#include "arch/ppc64/crash.h"
#include "arch/ppc64/device_tree.h"
#include "arch/ppc64/kernel.h"
#include "arch/ppc64/ppc64.h"
#include "base/text.h"
#include "machine/crashkernel.h"
#include "machine/tree_facts.h"
#include "plan/check.h"
#include "plan/purgatory.h"
#include "plan/segment_load.h"
#include "plan/tree_changes.h"
#include "purgatory/blobs.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::ppc64 {
namespace {

constexpr std::size_t longest_command_line = 2047; // COMMAND_LINE_SIZE is 2048, with its NUL

// Everything that is known of a load while it is being put together.
struct Load {
    const Request &request;
    const Ppc64Facts &facts;
    Placer placer;
    bool high; // at which end of the free memory
    std::optional<CrashPieces> crash;
    std::optional<Range> initrd;
    SegmentLoad plan;
};

Ranges everything_but(const Ranges &ranges) {
    Ranges rest = {Range::everything()};
    rest.remove(ranges);
    return rest;
}

// Where nothing may go. Purgatory and kernel are entered in real mode, which on an LPAR reaches the first
// memory only; the running kernel takes nothing below its own end (machine_kexec_prepare in
// arch/powerpc/kexec/core_64.c), because it still runs while it copies. And a dump that waits is all of
// memory beyond what this kernel was given.
Result<Ranges> forbidden_memory(const Request &request, const DeviceTree &tree,
                                std::vector<std::string> &notes) {
    const auto &facts = std::get<Ppc64Facts>(request.machine.own);
    if (!facts.kernel_end || !facts.first_memory)
        return fail(Cause::unsupported,
                    fmt::format("the device tree has no {}: where memory is free cannot be known",
                                facts.kernel_end ? "memory node" : "linux,kernel-end in /chosen"),
                    "use -s if this kernel has kexec_file_load, or boot a kernel with CONFIG_KEXEC");
    Ranges forbidden = everything_but({*facts.first_memory});
    notes.push_back(fmt::format("everything goes into the first memory, {}", to_string(*facts.first_memory)));
    if (*facts.kernel_end != 0)
        forbidden.add(*Range::between(0, *facts.kernel_end - 1));
    if (facts.waiting_dump) {
        forbidden.add(everything_but(facts.waiting_dump->boot_memory));
        for (Range range : facts.waiting_dump->boot_memory)
            notes.push_back(
                fmt::format("a dump waits ({}): everything goes into {}, which this kernel was given",
                            facts.waiting_dump->property, to_string(range)));
    }
    forbidden.add(TRY(reservations_in(tree)));
    if (request.settings.has(OptionId::reuse_initrd))
        forbidden.add(*facts.initrd);
    return forbidden;
}

// A running kernel that reboots copies what is loaded by its own C code, and that looks at the task that it
// runs for between two pages (enter_vmx_ops in arch/powerpc/lib/vmx-helper.c): where the task has been copied
// over by then, the machine stands still for good. Nothing outside the kernel tells where a task is. But
// memory is handed out from its low end, so what is loaded keeps to the high one. Not where the new kernel
// sets memory aside for fadump: that begins above the lowest 256 MiB at least (fadump_reserve_mem), and it
// does so before it looks where its initrd is. A crash kernel is copied while it is loaded.
bool lies_high(const Request &request, std::string_view command_line) {
    auto sets_memory_aside = [](std::string_view word) {
        return word.starts_with("fadump=") && word != "fadump=off";
    };
    return request.settings.purpose != Purpose::crash &&
           std::ranges::none_of(words_of(command_line), sets_memory_aside);
}

// The last byte that the new kernel knows of: mem= takes the rest from it, and an initrd there with it
// (early_parse_mem in arch/powerpc/kernel/prom.c).
std::uint64_t last_byte_under(std::string_view command_line) {
    std::uint64_t last = Range::everything().last();
    for (std::string_view word : words_of(command_line))
        if (auto size = word.starts_with("mem=") ? parse_memory_size(word.substr(4)) : std::nullopt)
            last = *size == 0 ? last : *size - 1;
    return last;
}

// A new kernel moves itself to the bottom of memory before it looks at anything, so that the rest lies behind
// its size. Memory that this kernel keeps for a crash kernel comes last: the new one is likely to set the
// same aside, and older ones do so before they look where their initrd is (early_init_devtree).
std::vector<Range> windows_for(const Load &load, const PlacedKernel &kernel) {
    if (load.crash)
        return {Range::everything()};
    std::vector<Range> windows;
    std::uint64_t first = kernel.span.size();
    Range behind = *Range::between(first, std::max(first, last_byte_under(load.plan.command_line)));
    for (Range reserved : load.request.machine.crash_reservations)
        for (Range part : everything_but({reserved}))
            if (auto window = part.overlap(behind))
                windows.push_back(*window);
    if (load.high)
        std::ranges::reverse(windows);
    windows.push_back(behind);
    return windows;
}

// The first window that has room, from its low end or its high one; where none has, the error of the last,
// which is the largest.
Result<Range> place_in(const std::vector<Range> &windows, Load &load, bool high, std::string_view name,
                       std::uint64_t size) {
    auto search = [&](Range window) {
        return load.placer.at_end(high, name, size, load.facts.page_size, window);
    };
    for (Range window : windows)
        if (auto place = search(window))
            return place;
    return search(windows.back());
}

Result<void> place_crash(Load &load, std::vector<std::string> &warnings) {
    if (load.request.settings.purpose != Purpose::crash)
        return {};
    load.crash = TRY(place_crash_pieces(load.request, load.placer, warnings));
    load.plan.segments.insert(load.plan.segments.end(), load.crash->segments.begin(),
                              load.crash->segments.end());
    load.plan.storage.push_back(load.crash->bytes);
    return {};
}

Result<void> place_initrd(Load &load, const std::vector<Range> &windows) {
    if (load.request.settings.has(OptionId::reuse_initrd)) {
        load.initrd = load.facts.initrd;
        return {};
    }
    load.initrd = TRY(add_initrd(load.plan, load.request, [&](std::string_view name, std::uint64_t size) {
        return place_in(windows, load, load.high, name, size);
    }));
    return {};
}

Result<void> finish_command_line(Load &load) {
    std::string &line = load.plan.command_line;
    if (load.crash)
        line +=
            fmt::format("{}elfcorehdr={}K", line.empty() ? "" : " ", load.crash->core_header.first() / 1024);
    TRY(check_command_line(line, longest_command_line, with_additions));
    load.plan.announcement = "Modified cmdline: " + line;
    return {};
}

// A tree that the kernel will change (--hotplug) cannot be under a digest.
Result<Range> place_tree(Load &load, DeviceTree tree, const std::vector<Range> &windows) {
    Told told{.request = load.request,
              .command_line = load.plan.command_line,
              .initrd = load.initrd,
              .crash = load.crash ? &*load.crash : nullptr};
    TRY(tell(tree, told, load.plan.notes));
    auto bytes = std::make_shared<Buffer>(tree.packed());
    bool hotplug = load.crash && load.request.settings.hotplug;
    std::uint64_t room = hotplug ? room_for_cpus(tree, load.facts.possible_cpus) : 0;
    Range place = TRY(place_in(windows, load, true, "the device tree", bytes->size() + room));
    load.plan.segments.push_back({.name = "device tree",
                                  .destination = place,
                                  .bytes = *bytes,
                                  .verified = !hotplug,
                                  .random = load.request.entropy.available});
    load.plan.storage.push_back(bytes);
    return place;
}

PurgatorySettings purgatory_settings(const Load &load, const PlacedKernel &kernel, Range tree) {
    PurgatorySettings told{};
    told.entry = kernel.span.first();
    told.argument = tree.first();
    if (!load.request.settings.checks)
        told.flags |= purgatory::flag::skip_checks;
    if (load.facts.vector_sha)
        told.flags |= purgatory::flag::vector_sha | purgatory::flag::striped;
    if (load.crash) {
        told.flags |= purgatory::flag::panic;
        told.backup = {.source = saved_memory.first(),
                       .size = saved_memory.size(),
                       .destination = load.crash->backup.first()};
    }
    if (load.facts.terminal)
        told.console = {.address = *load.facts.terminal,
                        .kind = purgatory::console_kind::hypervisor,
                        .baud = 0};
    if (load.facts.opal) {
        told.machine[purgatory::ppc64_word::opal_base] = load.facts.opal->base;
        told.machine[purgatory::ppc64_word::opal_entry] = load.facts.opal->entry;
    }
    told.machine[purgatory::ppc64_word::run_at_load] = kernel.run_at_load;
    return told;
}

// The running kernel copies the first 256 bytes to address 0, where the secondary processors jump into them:
// these are the new kernel's, but for the branch that is the purgatory's entry.
void lend_head(Buffer &purgatory, Bytes head) {
    constexpr std::size_t branch = 4;
    std::ranges::copy(head.subspan(branch), purgatory.begin() + branch);
}

Result<void> place_purgatory(Load &load, const PlacedKernel &kernel, Range tree) {
    load.plan.purgatory =
        prepare_purgatory(purgatory_ppc64, std::endian::little, purgatory_settings(load, kernel, tree));
    lend_head(*load.plan.purgatory, kernel.head);
    Range place =
        TRY(place_in({Range::everything()}, load, load.high, "the purgatory", load.plan.purgatory->size()));
    add_purgatory(load.plan, load.request, place);
    return {};
}

} // namespace

Result<SegmentLoad> plan_segments(const Request &request, std::vector<std::string> &warnings) {
    const auto &facts = std::get<Ppc64Facts>(request.machine.own);
    SegmentLoad plan{};
    plan.notes.push_back(fmt::format("pages of {} KiB ({})", facts.page_size >> 10, facts.page_size_words));
    DeviceTree tree = TRY(tree_to_start_from(request, plan.notes, warnings));
    TRY(change_tree(tree, request, plan.notes));
    plan.command_line = command_line_for(request, tree);
    bool high = lies_high(request, plan.command_line);
    Ranges forbidden = TRY(forbidden_memory(request, tree, plan.notes));
    Load load{.request = request,
              .facts = facts,
              .placer = placer_for(request, facts.page_size, forbidden),
              .high = high,
              .crash = {},
              .initrd = {},
              .plan = std::move(plan)};
    PlacedKernel kernel = TRY(place_kernel(request, load.placer, load.high));
    load.plan.segments = kernel.segments;
    load.plan.storage = kernel.storage;
    TRY(place_crash(load, warnings));
    std::vector<Range> windows = windows_for(load, kernel);
    TRY(place_initrd(load, windows));
    TRY(finish_command_line(load));
    Range place = TRY(place_tree(load, std::move(tree), windows));
    TRY(place_purgatory(load, kernel, place));
    return complete(std::move(load.plan), request, EM_PPC64, kexec_crash_hotplug_support, facts.page_size);
}

} // namespace kexec::ppc64
