// SPDX-License-Identifier: GPL-2.0-or-later
// By the table that machine/crash_defaults.h has, and sizes as words.
#include "util/fadump/recommend.h"

#include "base/text.h"
#include "machine/crash_defaults.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::fadump {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20, gibibyte = 1 << 30;

} // namespace

std::optional<std::uint64_t> recommended_memory(std::uint64_t memory) {
    std::uint64_t recommended = evaluate(fadump_table(), memory);
    return recommended > 0 ? std::optional(recommended) : std::nullopt;
}

std::uint64_t default_memory(std::uint64_t memory, Platform platform) {
    // RTAS_FADUMP_MIN_BOOT_MEM and OPAL_FADUMP_MIN_BOOT_MEM
    std::uint64_t least = (platform == Platform::opal ? 768 : 320) * mebibyte;
    std::uint64_t step = 256 * mebibyte;
    return std::max(least, memory / 20 / step * step);
}

std::string size_word(std::uint64_t size) {
    if (size >= gibibyte && size % gibibyte == 0)
        return fmt::format("{}G", size / gibibyte);
    return fmt::format("{}M", size / mebibyte);
}

Result<std::uint64_t> parse_size(std::string_view text) {
    auto size = parse_memory_size(text);
    if (!size || *size == 0)
        return fail(Cause::bad_usage, fmt::format("\"{}\" is no size", printable(text)),
                    "give a number and one of K, M, G and T, as 64G");
    return *size;
}

} // namespace kexec::fadump
