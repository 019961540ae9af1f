// SPDX-License-Identifier: GPL-2.0-or-later
// The bar fits 80 columns.
#include "dump/progress.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t width = 30;

std::string in_gibibytes(std::uint64_t size) {
    std::uint64_t tenths = rounded(static_cast<double>(size) * 10 / (1 << 30));
    return fmt::format("{}.{}", tenths / 10, tenths % 10);
}

} // namespace

std::uint64_t rounded(double number) {
    constexpr double most = 1e18;
    return static_cast<std::uint64_t>(std::clamp(number + 0.5, 0.0, most));
}

std::string progress_bar(std::string_view name, std::uint64_t done, std::uint64_t size) {
    double share = size == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(size);
    auto filled = static_cast<std::size_t>(share * width);
    std::string bar = std::string(filled, '=') + (filled < width ? ">" : "");
    return fmt::format("{}  [{:<{}}] {:3} %  {} of {} GiB", name, bar, width,
                       static_cast<unsigned>(share * 100), in_gibibytes(done), in_gibibytes(size));
}

std::string pace(std::uint64_t done, std::uint64_t size, double seconds) {
    constexpr double mebibyte = 1 << 20, minute = 60, few_minutes = 5 * minute;
    if (seconds <= 0 || done == 0 || done > size)
        return {};
    double rate = static_cast<double>(done) / seconds;
    double left = static_cast<double>(size - done) / rate;
    std::string time = left < few_minutes ? fmt::format("{} s", rounded(left))
                                          : fmt::format("{} min", rounded(left / minute));
    return fmt::format("{} MiB/s, {} left", rounded(rate / mebibyte), time);
}

} // namespace kexec
