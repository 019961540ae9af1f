// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the command line, by the two tables.
#include "util/verb_line.h"

#include "base/long_option.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

bool belongs_to(const OptionRow &option, std::string_view verb) {
    auto verbs = words_of(option.verbs);
    return std::ranges::find(verbs, verb) != verbs.end();
}

class Reader {
public:
    Reader(const VerbTables &tables, std::span<const char *const> words) : tables_(tables), words_(words) {}

    Result<VerbLine> read() {
        std::string_view first = words_.empty() ? std::string_view() : words_.front();
        if (first.empty())
            return bad_usage(tables_, fmt::format("a {} is needed that says what to do", tables_.noun));
        words_ = words_.subspan(1);
        if (take_instead(first == "-h" ? "--help" : first))
            return std::move(line_);
        auto verb = std::ranges::find(tables_.verbs, first, &VerbRow::name);
        if (verb == tables_.verbs.end())
            return bad_usage(tables_, fmt::format("there is no {} \"{}\"", tables_.noun, printable(first)));
        line_.verb = static_cast<std::size_t>(verb - tables_.verbs.begin());
        while (!words_.empty())
            TRY(take_word(*verb));
        if (!line_.argument && !verb->argument.empty() && !verb->argument.starts_with('['))
            return needs_one(*verb);
        return std::move(line_);
    }

private:
    // Nothing that stands behind such an option matters.
    bool take_instead(std::string_view text) {
        for (const OptionRow &option : tables_.options)
            if (option.verbs.empty() && text.starts_with("--") && text.substr(2) == option.name) {
                line_.instead = option.name;
                return true;
            }
        return false;
    }

    Result<void> take_word(const VerbRow &verb) {
        std::string_view text = words_.front();
        words_ = words_.subspan(1);
        if (text.starts_with("--"))
            return take_option(verb, text.substr(2));
        if (text.starts_with('-'))
            return bad_usage(tables_, fmt::format("there is no option {}", printable(text)));
        if (verb.argument.empty())
            return bad_usage(tables_, fmt::format("{} takes no argument", verb.name));
        if (line_.argument || text.empty())
            return needs_one(verb);
        line_.argument = text;
        return {};
    }

    Result<void> take_option(const VerbRow &verb, std::string_view text) {
        auto option = std::ranges::find(tables_.options, option_name(text), &OptionRow::name);
        if (option == tables_.options.end() || !belongs_to(*option, verb.name))
            return bad_usage(tables_,
                             fmt::format("{} has no option --{}", verb.name, printable(option_name(text))));
        auto argument = option_argument(text, option->argument, words_);
        if (!argument)
            return bad_usage(tables_, argument.error().what);
        line_.options.emplace_back(option->name, *argument);
        return {};
    }

    Failure needs_one(const VerbRow &verb) const {
        bool is_optional = verb.argument.starts_with('[');
        return bad_usage(tables_, fmt::format("{} {} one argument: {}", verb.name,
                                              is_optional ? "takes" : "needs", verb.argument));
    }

    const VerbTables &tables_;
    std::span<const char *const> words_;
    VerbLine line_;
};

} // namespace

std::optional<std::string_view> VerbLine::value_of(std::string_view option) const {
    std::optional<std::string_view> found;
    for (const auto &[name, value] : options)
        if (name == option)
            found = value;
    return found;
}

Result<VerbLine> read_verb_line(const VerbTables &tables, std::span<const char *const> words) {
    return Reader(tables, words).read();
}

Failure bad_usage(const VerbTables &tables, std::string what) {
    return fail(Cause::bad_usage, std::move(what),
                fmt::format("{} --help lists the {}s and options", tables.program, tables.noun));
}

namespace {

// A name that is too long for its column stands above.
std::string row_of(const std::string &name, std::size_t width, const std::string &help) {
    if (name.size() <= width)
        return fmt::format("  {:<{}} {}\n", name, width, help);
    return fmt::format("  {}\n  {:<{}} {}\n", name, "", width, help);
}

} // namespace

std::string usage_text(const VerbTables &tables, std::size_t width) {
    std::string noun(tables.noun);
    std::ranges::transform(noun, noun.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    std::string text = fmt::format("usage: {} {} [OPTION]...\n{}\n\n", tables.program, noun, tables.purpose);
    for (const VerbRow &verb : tables.verbs)
        text += row_of(verb.argument.empty() ? std::string(verb.name)
                                             : fmt::format("{} {}", verb.name, verb.argument),
                       width, std::string(verb.help));
    text += '\n';
    for (const OptionRow &option : tables.options) {
        std::string name =
            fmt::format("--{}{}{}", option.name, option.argument.empty() ? "" : "=", option.argument);
        std::string of = option.verbs.empty() ? "" : fmt::format("{}: ", option.verbs);
        text += row_of(name, width, of + std::string(option.help));
    }
    return text;
}

} // namespace kexec
