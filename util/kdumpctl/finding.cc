// SPDX-License-Identifier: GPL-2.0-or-later
// Findings as text, in the form FILE:LINE:COLUMN that editors jump to.
#include "util/kdumpctl/finding.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::size_t most_differences = 2;

// How many letters have to be put in, taken out or changed (Levenshtein), row by row.
std::size_t differences(std::string_view first, std::string_view second) {
    std::vector<std::size_t> row(second.size() + 1);
    for (std::size_t i = 0; i < row.size(); i++)
        row[i] = i;
    for (std::size_t i = 0; i < first.size(); i++) {
        std::size_t before = row[0];
        row[0] = i + 1;
        for (std::size_t k = 0; k < second.size(); k++) {
            std::size_t changed = before + (first[i] != second[k]);
            before = row[k + 1];
            row[k + 1] = std::min({changed, before + 1, row[k] + 1});
        }
    }
    return row.back();
}

} // namespace

void report(Findings &findings, const Value &value, const Complaints &complaints) {
    for (const Complaint &complaint : complaints)
        findings.push_back({{value.place.line, value.place.column + complaint.offset},
                            complaint.gravity,
                            complaint.what,
                            complaint.remedy});
}

bool has_error(std::span<const Finding> findings) {
    return std::ranges::find(findings, Gravity::error, &Finding::gravity) != findings.end();
}

std::string findings_text(std::string_view file, Findings findings) {
    std::ranges::stable_sort(findings, {}, &Finding::place);
    std::string text;
    for (const Finding &finding : findings)
        text += fmt::format("{}:{}:{}: {}: {}\n        {}\n", file, finding.place.line, finding.place.column,
                            finding.gravity == Gravity::error ? "error" : "warning", finding.what,
                            finding.remedy);
    return text;
}

std::string suggestion(std::string_view name, std::span<const std::string_view> names) {
    std::string_view nearest;
    std::size_t fewest = most_differences + 1;
    for (std::string_view candidate : names) {
        // A text that is much longer is not like it, however long it takes to find that out.
        if (name.size() > candidate.size() + most_differences)
            continue;
        std::size_t count = differences(name, candidate);
        if (count < fewest && count < candidate.size()) {
            fewest = count;
            nearest = candidate;
        }
    }
    return nearest.empty() ? "" : fmt::format("did you mean \"{}\"", nearest);
}

} // namespace kexec::kdumpctl
