// SPDX-License-Identifier: GPL-2.0-or-later
// Adding up, and comparing with the tables of crash_defaults.h.
#include "machine/capture_need.h"

#include <algorithm>

namespace kexec {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

std::uint64_t whole_mebibytes(std::uint64_t size) { return (size + mebibyte - 1) / mebibyte * mebibyte; }

} // namespace

std::uint64_t default_crash_size(const CrashTraits &traits, std::optional<std::uint64_t> memory) {
    auto parameter = default_crashkernel(traits);
    return parameter && memory ? evaluate(*parameter, *memory) : 0;
}

CaptureNeed capture_need(std::vector<NeedPart> parts, const CrashTraits &traits, std::uint64_t memory) {
    CaptureNeed need{.parts = std::move(parts),
                     .needed = 0,
                     .parameter = default_crashkernel(traits),
                     .by_default = default_crash_size(traits, memory),
                     .recommended = 0,
                     .words = {}};
    for (const NeedPart &part : need.parts)
        need.needed += part.size;
    need.recommended = std::max(whole_mebibytes(need.needed), need.by_default);
    bool default_does = need.parameter && need.recommended == need.by_default;
    need.words =
        "crashkernel=" + (default_does ? to_string(*need.parameter) : memory_size_text(need.recommended));
    return need;
}

} // namespace kexec
