// SPDX-License-Identifier: GPL-2.0-or-later
// The bar fits 80 columns.
#include "dump/progress.h"

#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t width = 30;
constexpr double gibibyte = 1 << 30;

} // namespace

std::string progress_bar(std::string_view name, std::uint64_t done, std::uint64_t size) {
    double share = size == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(size);
    auto filled = static_cast<std::size_t>(share * width);
    std::string bar = std::string(filled, '=') + (filled < width ? ">" : "");
    return fmt::format("{}  [{:<{}}] {:3} %  {:.1f} of {:.1f} GiB", name, bar, width,
                       static_cast<unsigned>(share * 100), static_cast<double>(done) / gibibyte,
                       static_cast<double>(size) / gibibyte);
}

std::string pace(std::uint64_t done, std::uint64_t size, double seconds) {
    constexpr double mebibyte = 1 << 20, minute = 60, few_minutes = 5 * minute;
    if (seconds <= 0 || done == 0 || done > size)
        return {};
    double rate = static_cast<double>(done) / seconds;
    double left = static_cast<double>(size - done) / rate;
    std::string time =
        left < few_minutes ? fmt::format("{:.0f} s", left) : fmt::format("{:.0f} min", left / minute);
    return fmt::format("{:.0f} MiB/s, {} left", rate / mebibyte, time);
}

} // namespace kexec
