// SPDX-License-Identifier: GPL-2.0-or-later
// What the plans for kexec_load have in common. The flags are those of include/uapi/linux/kexec.h.
#include "plan/segment_load.h"

#include "plan/check.h"

#include <algorithm>

namespace kexec {

Placer placer_for(const Request &request, std::uint64_t page, const Ranges &reserved) {
    const Machine &machine = request.machine;
    bool crash = request.settings.purpose == Purpose::crash;
    Ranges free = crash ? Ranges{machine.crash_reservations.back()} : free_ram(machine);
    free.remove(machine.kept); // a reservation may have some of it inside
    free.remove(reserved);
    return Placer(free, request.settings.window, page,
                  crash ? "reserve more memory with crashkernel=, or use a smaller initrd"
                        : "use a smaller initrd, or widen --mem-min and --mem-max");
}

Result<std::optional<Range>> add_initrd(SegmentLoad &plan, const Request &request, const FindPlace &find) {
    const auto &file = request.initrd;
    if (!file || file->bytes().empty())
        return std::nullopt;
    Range place = TRY(find("the initrd", file->bytes().size()));
    plan.segments.push_back({.name = "initrd", .destination = place, .bytes = file->bytes()});
    plan.storage.push_back(file);
    return Range::sized(place.first(), file->bytes().size());
}

void add_purgatory(SegmentLoad &plan, const Request &request, Range place) {
    plan.segments.push_back(
        {.name = "purgatory", .destination = place, .bytes = *plan.purgatory, .verified = false});
    plan.entry = request.settings.entry != 0 ? request.settings.entry : place.first();
}

Result<SegmentLoad> complete(SegmentLoad plan, const Request &request, std::uint16_t elf_machine,
                             std::uint32_t hotplug_flag, std::uint64_t page) {
    const Settings &settings = request.settings;
    plan.flags = std::uint32_t{elf_machine} << 16;
    if (settings.purpose == Purpose::crash)
        plan.flags |= kexec_on_crash;
    if (settings.hotplug)
        plan.flags |= hotplug_flag;
    // The running kernel's trace would tell what is not to be told.
    if (settings.debug && std::ranges::none_of(plan.segments, &Segment::drawn))
        plan.flags |= kexec_debug;
    plan.storage.push_back(request.image.file);
    plan.storage.push_back(request.image.unpacked);
    std::ranges::sort(plan.segments, {}, [](const Segment &segment) { return segment.destination.first(); });
    TRY(check(plan, request.machine, settings.purpose, page));
    return plan;
}

} // namespace kexec
