// SPDX-License-Identifier: GPL-2.0-or-later
// The table, and sizes as words.
#include "util/fadump/recommend.h"

#include "base/text.h"

#include <array>
#include <fmt/core.h>

namespace kexec::fadump {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20, gibibyte = 1 << 30, tebibyte = gibibyte << 10;

struct Row {
    std::uint64_t from; // memory of at least so much, up to the next row
    std::uint64_t recommended;
};
constexpr std::array table{
    Row{4 * gibibyte, 768 * mebibyte},  Row{16 * gibibyte, gibibyte},       Row{64 * gibibyte, 2 * gibibyte},
    Row{128 * gibibyte, 4 * gibibyte},  Row{tebibyte, 6 * gibibyte},        Row{2 * tebibyte, 12 * gibibyte},
    Row{4 * tebibyte, 20 * gibibyte},   Row{8 * tebibyte, 36 * gibibyte},   Row{16 * tebibyte, 64 * gibibyte},
    Row{32 * tebibyte, 128 * gibibyte}, Row{64 * tebibyte, 180 * gibibyte},
};

// A machine's memory, as the kernel sees it, lacks what the firmware has taken: the next 128 MiB are meant.
constexpr std::uint64_t rounding = 128 * mebibyte;

constexpr std::string_view units = "KMGT";

} // namespace

std::optional<std::uint64_t> recommended_memory(std::uint64_t memory) {
    std::uint64_t rounded =
        memory > UINT64_MAX - rounding ? memory : (memory + rounding - 1) / rounding * rounding;
    std::optional<std::uint64_t> found;
    for (const Row &row : table)
        if (rounded >= row.from)
            found = row.recommended;
    return found;
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
    std::size_t unit =
        text.empty() ? std::string_view::npos : units.find(static_cast<char>(text.back() & ~0x20));
    bool has_unit = unit != std::string_view::npos;
    auto number = parse_decimal(text.substr(0, text.size() - has_unit));
    unsigned shift = has_unit ? 10 * (static_cast<unsigned>(unit) + 1) : 0;
    if (!number || *number == 0 || *number > UINT64_MAX >> shift)
        return fail(Cause::bad_usage, fmt::format("\"{}\" is no size", printable(text)),
                    "give a number and one of K, M, G and T, as 64G");
    return *number << shift;
}

} // namespace kexec::fadump
