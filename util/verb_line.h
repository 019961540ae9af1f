// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of a small program: a verb that says what is to be done, its arguments, options of it. Two
// tables say which there are, and the usage text is made of them.
#pragma once

#include "base/result.h"

#include <optional>
#include <span>

namespace kexec {

struct VerbRow {
    std::string_view name;
    std::string_view argument; // "DIR" is needed, "[FILE]" may be left out; empty where there is none
    std::string_view help;
};

// A row, and what it stands for in the program.
template <typename Action> struct VerbOf : VerbRow { Action action; };

template <typename Action> std::vector<VerbRow> rows_of(std::span<const VerbOf<Action>> verbs) {
    return {verbs.begin(), verbs.end()};
}

struct OptionRow {
    std::string_view name;     // without the dashes
    std::string_view verbs;    // that it belongs to, separated by blanks; none: it stands in place of a verb
    std::string_view argument; // empty where there is none
    std::string_view help;
};

struct VerbTables {
    std::string_view program;
    std::string_view noun;    // what the program calls its verbs
    std::string_view purpose; // in one line
    std::vector<VerbRow> verbs;
    std::span<const OptionRow> options;
};

struct VerbLine {
    // Which row of the tables: of `verbs`, or where nothing stands there, of the option in its place.
    std::optional<std::size_t> verb;
    std::string_view instead;
    std::optional<std::string> argument;
    std::vector<std::pair<std::string_view, std::string>> options; // without the dashes, in their order

    bool has(std::string_view option) const { return value_of(option).has_value(); }
    // Of the last one by that name; empty where the option takes none.
    std::optional<std::string_view> value_of(std::string_view option) const;
};

// `words` without the program's name; -h is --help. Cause::bad_usage.
Result<VerbLine> read_verb_line(const VerbTables &tables, std::span<const char *const> words);

// What is wrong with a command line, and where it is told what is right.
Failure bad_usage(const VerbTables &tables, std::string what);

// `width` is that of the column of names.
std::string usage_text(const VerbTables &tables, std::size_t width);

} // namespace kexec
