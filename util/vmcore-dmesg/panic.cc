// SPDX-License-Identifier: GPL-2.0-or-later
// The texts that reports of a dying kernel start with, as its sources have them. An oops that starts a crash
// kernel does so before panic() could say anything (arch/x86/kernel/dumpstack.c, oops_end), so the panic's
// text alone is not enough.
#include "util/vmcore-dmesg/panic.h"

#include <algorithm>
#include <array>

namespace kexec::dmesg {

namespace {

constexpr std::string_view panic = "Kernel panic - not syncing";
constexpr std::array<std::string_view, 12> openings{
    "BUG: ",
    "Oops",
    "Unable to handle kernel",
    "kernel BUG at ",
    "general protection fault",
    "double fault",
    "Internal error: ",
    "[ cut here ]",
    "detected hard LOCKUP",
    "blocked for more than",
    "detected stall",
    "sysrq: Trigger a crash",
};
constexpr std::uint64_t ten_seconds = 10'000'000'000, hundred_records = 100;

bool contains(Bytes text, std::string_view words) { return find(text, as_bytes(words)) != npos; }

bool opens_report(Bytes text) {
    return std::ranges::any_of(openings, [&](std::string_view words) { return contains(text, words); });
}

} // namespace

void PanicFinder::take(const Record &record) {
    std::uint64_t index = count_++;
    bool panics = contains(record.text, panic);
    if (panicked_ || (!panics && !opens_report(record.text)))
        return;
    panicked_ = panics;
    auto is_older = [&](const Opening &opening) {
        if (!opening.nanoseconds || !record.nanoseconds)
            return index - opening.index > hundred_records;
        return *record.nanoseconds > *opening.nanoseconds &&
               *record.nanoseconds - *opening.nanoseconds > ten_seconds;
    };
    while (!openings_.empty() && (is_older(openings_.front()) || openings_.size() > 10 * hundred_records))
        openings_.pop_front();
    openings_.push_back({index, record.nanoseconds});
}

std::optional<std::uint64_t> PanicFinder::start() const {
    if (openings_.empty())
        return std::nullopt;
    return openings_.front().index;
}

} // namespace kexec::dmesg
