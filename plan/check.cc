// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of kernel/kexec.c and kernel/kexec_core.c (sanity_check_segment_list), and beyond them: segments
// lie in RAM that nobody else owns, the entry lies in one, and the purgatory has a slot for every digest.
#include "plan/check.h"

#include "base/text.h"
#include "purgatory/parameters.h"

#include <fmt/core.h>

namespace kexec {
namespace {

constexpr const char *report_it = "this is a fault of the planner: please report it with the output of -d";

// A place that was drawn is said to nobody.
std::string place_of(const Segment &segment) {
    return segment.drawn ? "the place that was drawn for it" : to_string(segment.destination);
}

Result<void> check_one(const Segment &segment, std::uint64_t page) {
    Range place = segment.destination;
    if (!is_aligned(place.first(), page) || !is_aligned(place.size(), page))
        return fail(Cause::no_room,
                    fmt::format("the segment {} at {} is not made of whole pages of {} bytes", segment.name,
                                place_of(segment), page),
                    report_it);
    if (segment.bytes.size() > place.size())
        return fail(Cause::no_room,
                    fmt::format("the segment {} holds {} bytes, its place {} only {}", segment.name,
                                segment.bytes.size(), place_of(segment), place.size()),
                    report_it);
    return {};
}

// The kernel refuses a crash segment outside crashk_res, which is the highest "Crash kernel" line; a normal
// one is copied anywhere, so that it lies in RAM is for us to see to.
Result<void> check_places(const std::vector<Segment> &segments, const Machine &machine, Purpose purpose) {
    bool crash = purpose == Purpose::crash;
    Ranges allowed = crash ? Ranges{machine.crash_reservations.back()} : free_ram(machine);
    for (const Segment &segment : segments)
        if (!allowed.contains(segment.destination))
            return fail(Cause::no_room,
                        fmt::format("the segment {} at {} {}", segment.name, place_of(segment),
                                    crash ? "lies outside the crash reservation " +
                                                to_string(machine.crash_reservations.back())
                                          : "does not lie in free RAM"),
                        report_it);
    return {};
}

Result<void> check_disjoint(const std::vector<Segment> &segments) {
    for (std::size_t i = 1; i < segments.size(); i++)
        if (segments[i].destination.first() <= segments[i - 1].destination.last())
            return fail(Cause::no_room,
                        fmt::format("the segments {} and {} overlap or are not in order",
                                    segments[i - 1].name, segments[i].name),
                        report_it);
    return {};
}

// The kernel refuses with EINVAL what takes more than half of its memory.
Result<void> check_total(const SegmentLoad &plan, const Machine &machine) {
    std::uint64_t total = 0;
    for (const Segment &segment : plan.segments)
        total += segment.destination.size();
    std::uint64_t half = machine.system_ram.size() / 2;
    if (total > half)
        return fail(Cause::no_room,
                    fmt::format("what is to be loaded takes {} MiB, the kernel takes at most half of "
                                "its memory, {} MiB",
                                total >> 20, half >> 20),
                    "use a smaller initrd");
    return {};
}

Result<void> check_counts(const SegmentLoad &plan) {
    if (plan.segments.empty() || plan.segments.size() > most_segments)
        return fail(Cause::no_room,
                    fmt::format("the plan has {} segments, kexec_load takes 1 to {}", plan.segments.size(),
                                most_segments),
                    report_it);
    static_assert(most_segments <= purgatory::region_count);
    for (const Segment &segment : plan.segments)
        if (segment.destination.contains(plan.entry))
            return {};
    return fail(Cause::no_room, fmt::format("the entry {:#x} lies in no segment", plan.entry),
                "leave out --entry, or name an address inside a segment");
}

} // namespace

Result<void> check_reservation(const Machine &machine) {
    if (const auto *ppc64 = std::get_if<Ppc64Facts>(&machine.own); ppc64 && ppc64->fadump)
        return fail(
            Cause::no_reservation,
            "this machine runs with firmware-assisted dump (fadump=): a crash is dumped by its firmware, "
            "and no crash kernel is kept in memory",
            "there is nothing to load: see fadump status; to have a crash kernel instead, boot with "
            "crashkernel= and without fadump=");
    bool none = machine.crash_reservations.empty() || machine.kexec.crash_size == 0U;
    if (!none)
        return {};
    std::string_view now = machine.kexec.crash_size == 0U ? "/sys/kernel/kexec_crash_size is 0"
                                                          : "/proc/iomem has no line \"Crash kernel\"";
    constexpr std::string_view what = "no memory is reserved for a crash kernel";
    for (std::string_view word : words_of(machine.command_line))
        if (word.starts_with("crashkernel="))
            return fail(
                Cause::no_reservation, std::string(what),
                fmt::format("the running kernel was booted with {} (now: {}): look in its log for why it "
                            "is not there, or boot a kernel that has CONFIG_CRASH_DUMP",
                            printable(word), now));
    return fail(Cause::no_reservation, std::string(what),
                fmt::format("boot with crashkernel=256M (now: {}), then load again", now));
}

Result<void> check_command_line(std::string_view line, std::uint64_t limit, std::string_view remark) {
    if (line.size() <= limit)
        return {};
    return fail(Cause::command_line_too_long,
                fmt::format("the command line has {} characters{}; the kernel takes {}", line.size(), remark,
                            limit),
                "shorten it");
}

Result<void> check_no_tree_for_file_load(const Request &request) {
    constexpr std::pair<OptionId, std::string_view> tree_options[] = {
        {OptionId::dtb, "--dtb"}, {OptionId::dtb_overlay, "--dtb-overlay"}, {OptionId::dtb_set, "--dtb-set"}};
    for (auto [id, name] : tree_options)
        if (request.settings.call == Call::file_load && request.settings.has(id))
            return fail(Cause::unsupported,
                        "kexec_file_load takes no device tree: it hands on the running kernel's",
                        fmt::format("leave out -s, or {}", name));
    return {};
}

Result<void> check(const SegmentLoad &plan, const Machine &machine, Purpose purpose, std::uint64_t page) {
    if (purpose == Purpose::crash && machine.crash_reservations.empty())
        return fail(Cause::no_reservation, "no memory is reserved for a crash kernel", report_it);
    TRY(check_counts(plan));
    for (const Segment &segment : plan.segments)
        TRY(check_one(segment, page));
    TRY(check_places(plan.segments, machine, purpose));
    TRY(check_disjoint(plan.segments));
    return check_total(plan, machine);
}

} // namespace kexec
