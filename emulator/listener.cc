// SPDX-License-Identifier: GPL-2.0-or-later
// The agent's reports, and three lines of Linux: "Kernel panic - not syncing" (kernel/panic.c), "Out of
// memory: Killed process" and "Memory cgroup out of memory: Killed process" (mm/oom_kill.c; kernels before
// 5.4 say "Kill process").
#include "emulator/listener.h"

#include "base/text.h"

namespace kexec {
namespace {

constexpr std::chrono::seconds at_once{0};
// For the kernel's last words behind those that say that all is lost.
constexpr std::chrono::seconds a_moment{2};

std::uint64_t number_at(const std::vector<std::string> &values, std::size_t index) {
    return index < values.size() ? parse_decimal(values[index]).value_or(0) : 0;
}

std::string text_at(const std::vector<std::string> &values, std::size_t index) {
    return index < values.size() ? values[index] : std::string();
}

std::string_view from(std::string_view line, std::string_view words) {
    std::size_t found = line.find(words);
    return found == npos ? std::string_view() : line.substr(found);
}

} // namespace

std::optional<std::chrono::seconds> Listener::take(const AgentReport &report) {
    const auto &values = report.values;
    if (report.key == "first") {
        outcome_.reached = Reached::first_kernel;
        outcome_.first_release = text_at(values, 0);
    } else if (report.key == "load") {
        outcome_.load_status = number_at(values, 0);
        if (outcome_.load_status != 0U)
            return at_once;
        outcome_.reached = Reached::loaded;
    } else if (report.key == "stayed") {
        outcome_.stayed = true;
        return at_once;
    } else if (report.key == "second") {
        outcome_.reached = Reached::second_init;
        outcome_.second_release = text_at(values, 0);
        return watch_;
    } else if (report.key == "memory") {
        outcome_.memory = RehearsedMemory{number_at(values, 0), number_at(values, 1), number_at(values, 2),
                                          number_at(values, 3)};
    } else if (report.key == "without-init") {
        outcome_.without_init = number_at(values, 0);
        return a_moment;
    }
    return std::nullopt;
}

// The crash that is asked for is a panic of the first kernel.
void Listener::take_words(std::string_view line) {
    std::string_view panic = from(line, "Kernel panic - not syncing: ");
    bool is_ours = panic.find("sysrq triggered crash") != npos;
    if (!panic.empty() && !is_ours)
        outcome_.panics.emplace_back(panic);
    for (std::string_view words : {"ut of memory: Killed process", "ut of memory: Kill process"})
        if (!from(line, words).empty())
            outcome_.kills.emplace_back(line);
}

std::optional<std::chrono::seconds> Listener::hear(std::string_view line) {
    outcome_.console.emplace_back(line);
    if (auto report = report_in(line, nonce_))
        return take(*report);
    if (outcome_.reached == Reached::first_kernel && !outcome_.load_status)
        outcome_.load_output.emplace_back(line);
    if (outcome_.reached < Reached::loaded)
        return std::nullopt;
    std::size_t panics = outcome_.panics.size();
    take_words(line);
    if (!ending_.empty() && outcome_.reached == Reached::second_init && line.find(ending_) != npos) {
        outcome_.saw_ending = true;
        return at_once;
    }
    if (outcome_.panics.size() > panics)
        return a_moment;
    return std::nullopt;
}

Outcome Listener::outcome() && { return std::move(outcome_); }

} // namespace kexec
