// SPDX-License-Identifier: GPL-2.0-or-later
// What is found wrong in a configuration file, and where.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kexec::kdumpctl {

// Both count from 1; a column is a byte of the line.
struct Place {
    std::size_t line = 1, column = 1;
    auto operator<=>(const Place &) const = default; // NOLINT(modernize-use-nullptr): has none
};

enum class Gravity {
    error,   // the configuration cannot be used
    warning, // it can, and something in it has no effect, or another one than it seems
};

// What was found and was needed, then what to do, in the form of base/result.h.
struct Finding {
    Place place;
    Gravity gravity;
    std::string what, remedy;
    bool operator==(const Finding &) const = default;
};
using Findings = std::vector<Finding>;

// What is wrong with a value, at a byte of it.
struct Complaint {
    std::size_t offset;
    Gravity gravity;
    std::string what, remedy;
};
using Complaints = std::vector<Complaint>;

// A value as the file has it, without the quotes around it; `place` is that of its first byte.
struct Value {
    std::string text;
    Place place;
};

// Adds what is wrong with a value that lies on one line.
void report(Findings &findings, const Value &value, const Complaints &complaints);

bool has_error(std::span<const Finding> findings);

// "FILE:LINE:COLUMN: error: ..." and the remedy on a line of its own, for each finding by its place.
std::string findings_text(std::string_view file, Findings findings);

// `did you mean "path"`, where one of the names differs from `name` by at most two letters; else empty.
std::string suggestion(std::string_view name, std::span<const std::string_view> names);

} // namespace kexec::kdumpctl
