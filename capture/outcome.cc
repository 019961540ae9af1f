// SPDX-License-Identifier: GPL-2.0-or-later
// Lines, since pstore, a file and the kernel's log all have them; the log puts its own words in front of
// each.
#include "capture/outcome.h"

#include "base/text.h"

#include <fmt/core.h>

namespace kexec::capture {

namespace {

constexpr std::string_view mark = "kdump-capture: ";
constexpr std::string_view result_key = "result", saved = "saved", failed = "failed";

// Takes what follows the mark; false where the line has none.
bool split(std::string_view line, std::string_view &key, std::string_view &value) {
    std::size_t start = line.find(mark);
    if (start == std::string_view::npos)
        return false;
    std::string_view rest = line.substr(start + mark.size());
    std::size_t blank = rest.find(' ');
    key = rest.substr(0, blank);
    value = blank == std::string_view::npos ? "" : rest.substr(blank + 1);
    return true;
}

void take(Outcome &outcome, std::string_view key, std::string_view value) {
    if (key == "crash_time")
        outcome.crash_time = parse_decimal(value).value_or(0);
    else if (key == "directory")
        outcome.directory = value;
    else if (key == "what")
        outcome.what = value;
    else if (key == "remedy")
        outcome.remedy = value;
    else if (key == "warning")
        outcome.warnings.emplace_back(value);
}

} // namespace

std::string outcome_text(const Outcome &outcome) {
    std::string text;
    auto add = [&](std::string_view key, std::string_view value) {
        if (!value.empty())
            text += fmt::format("{}{} {}\n", mark, key, one_line(value));
    };
    add(result_key, outcome.saved ? saved : failed);
    if (outcome.crash_time != 0)
        add("crash_time", std::to_string(outcome.crash_time));
    add("directory", outcome.directory);
    add("what", outcome.what);
    add("remedy", outcome.remedy);
    for (const std::string &warning : outcome.warnings)
        add("warning", warning);
    return text;
}

std::optional<Outcome> find_outcome(std::string_view text) {
    std::optional<Outcome> outcome;
    for (std::string_view line : lines_of(text)) {
        std::string_view key, value;
        if (!split(line, key, value))
            continue;
        if (key == result_key)
            outcome =
                Outcome{.saved = value == saved, .directory = {}, .what = {}, .remedy = {}, .warnings = {}};
        else if (outcome)
            take(*outcome, key, value);
    }
    return outcome;
}

} // namespace kexec::capture
