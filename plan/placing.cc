// SPDX-License-Identifier: GPL-2.0-or-later
// Placing in whole pages: kexec_load takes only page-aligned destinations and sizes (kernel/kexec_core.c,
// sanity_check_segment_list), so a page that is only partly free is not free.
#include "plan/placing.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

Placer::Placer(const Ranges &free, Range window, std::uint64_t page, std::string remedy)
    : page_(page), remedy_(std::move(remedy)) {
    for (Range range : free.within(window)) {
        auto first = align_up(range.first(), page);
        if (!first || *first > range.last())
            continue;
        std::uint64_t room = range.last() - *first + 1;
        if (auto whole = Range::sized(*first, align_down(room, page)))
            free_.add(*whole);
    }
}

Result<std::uint64_t> Placer::whole_pages(std::string_view name, std::uint64_t size) const {
    auto rounded = align_up(size, page_);
    if (size == 0 || !rounded)
        return fail(Cause::no_room, fmt::format("{} has an impossible size of {} bytes", name, size),
                    remedy_);
    return *rounded;
}

Result<Range> Placer::lowest(std::string_view name, std::uint64_t size, std::uint64_t align, Range within) {
    std::uint64_t whole = TRY(whole_pages(name, size));
    return taken(name, whole, align, within, free_.lowest(whole, std::max(align, page_), within));
}

Result<Range> Placer::highest(std::string_view name, std::uint64_t size, std::uint64_t align, Range within) {
    std::uint64_t whole = TRY(whole_pages(name, size));
    return taken(name, whole, align, within, free_.highest(whole, std::max(align, page_), within));
}

Result<Range> Placer::any(std::string_view name, std::uint64_t size, std::uint64_t align, Range within,
                          std::uint64_t random, std::uint64_t &places) {
    std::uint64_t whole = TRY(whole_pages(name, size)), step = std::max(align, page_);
    places = free_.places(whole, step, within);
    auto place = places != 0 ? free_.place(random % places, whole, step, within) : std::nullopt;
    return taken(name, whole, align, within, place);
}

Result<Range> Placer::exactly(std::string_view name, Range range) {
    if (!free_.contains(range))
        return fail(Cause::no_room,
                    fmt::format("{} must lie at {}, which is not free memory", name, to_string(range)),
                    remedy_);
    free_.remove(range);
    return range;
}

Result<Range> Placer::taken(std::string_view name, std::uint64_t size, std::uint64_t align, Range within,
                            std::optional<Range> place) {
    if (!place) {
        std::uint64_t largest = 0;
        for (Range range : free_.within(within))
            largest = std::max(largest, range.size());
        return fail(
            Cause::no_room,
            fmt::format(
                "there is no room for {}: {} KiB on a multiple of {:#x} are needed in {}, the largest "
                "free piece there has {} KiB",
                name, size >> 10, std::max(align, page_), to_string(within), largest >> 10),
            remedy_);
    }
    free_.remove(*place);
    return *place;
}

} // namespace kexec
