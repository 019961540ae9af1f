// SPDX-License-Identifier: GPL-2.0-or-later
// Adding up, and comparing with the tables of crash_defaults.h.
#include "machine/capture_need.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t reserve_share = 10; // a tenth
constexpr std::string_view reserve_name = "reserve";

std::uint64_t whole_mebibytes(std::uint64_t size) { return (size + mebibyte - 1) / mebibyte * mebibyte; }

} // namespace

std::uint64_t default_crash_size(const CrashTraits &traits, std::optional<std::uint64_t> memory) {
    auto parameter = default_crashkernel(traits);
    return parameter && memory ? evaluate(*parameter, *memory) : 0;
}

std::uint64_t sum_of(const std::vector<NeedPart> &parts) {
    std::uint64_t sum = 0;
    for (const NeedPart &part : parts)
        sum += part.size;
    return sum;
}

NeedPart page_part(std::uint64_t memory, std::uint64_t page_size, std::string_view what) {
    std::uint64_t pages = memory / page_size;
    return {"page tables", pages * page_need,
            fmt::format("{} bytes for each of the {} pages of {}", page_need, pages, what)};
}

void add_reserve(std::vector<NeedPart> &parts) {
    parts.push_back({reserve_name, sum_of(parts) / reserve_share, "a tenth of all that"});
}

std::uint64_t reserve_in(const CaptureNeed &need) {
    auto part = std::ranges::find(need.parts, reserve_name, &NeedPart::name);
    return part == need.parts.end() ? 0 : part->size;
}

CaptureNeed capture_need(std::vector<NeedPart> parts, const CrashTraits &traits, std::uint64_t memory) {
    CaptureNeed need{.parts = std::move(parts),
                     .needed = 0,
                     .parameter = default_crashkernel(traits),
                     .by_default = default_crash_size(traits, memory),
                     .recommended = 0,
                     .words = {}};
    need.needed = sum_of(need.parts);
    need.recommended = std::max(whole_mebibytes(need.needed), need.by_default);
    bool default_does = need.parameter && need.recommended == need.by_default;
    need.words =
        "crashkernel=" + (default_does ? to_string(*need.parameter) : memory_size_text(need.recommended));
    return need;
}

} // namespace kexec
