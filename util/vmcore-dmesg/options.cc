// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the command line. Names of levels are those of dmesg(1) and syslog(3).
#include "util/vmcore-dmesg/options.h"

#include "base/long_option.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::dmesg {

namespace {

constexpr std::array options{
    Option{"json", "", "print each record as a JSON object on a line of its own"},
    Option{"caller", "", "show which task or CPU wrote a record"},
    Option{"level", "LEVELS",
           "print only records of these levels: emerg, alert, crit, err, warn, notice, "
           "info, debug or 0 to 7, separated by commas; NAME+ adds all that are more urgent"},
    Option{"since-panic", "", "print only what was logged from the panic or oops on"},
    Option{"help", "", "print this text"},
    Option{"version", "", "print the version"},
};

constexpr std::string_view level_names[][2] = {
    {"emerg", "0"}, {"alert", "1"},  {"crit", "2"}, {"err", "3"},
    {"warn", "4"},  {"notice", "5"}, {"info", "6"}, {"debug", "7"},
};

Failure bad_usage(std::string what) {
    return fail(Cause::bad_usage, std::move(what), "vmcore-dmesg --help lists the options");
}

Result<void> set(Options &chosen, std::string_view name, std::string_view argument) {
    if (name == "json")
        chosen.json = true;
    else if (name == "caller")
        chosen.caller = true;
    else if (name == "since-panic")
        chosen.since_panic = true;
    else if (name == "help")
        chosen.help = true;
    else if (name == "version")
        chosen.version = true;
    else
        chosen.levels = TRY(parse_levels(argument));
    return {};
}

Result<void> take_option(Options &chosen, std::string_view word, std::span<const char *const> &rest) {
    const auto *option = std::ranges::find(options, option_name(word), &Option::name);
    if (option == options.end())
        return bad_usage(fmt::format("there is no option --{}", printable(option_name(word))));
    auto argument = option_argument(word, option->argument, rest);
    if (!argument)
        return bad_usage(argument.error().what);
    return set(chosen, option->name, *argument);
}

} // namespace

std::span<const Option> option_table() { return options; }

Result<Levels> parse_levels(std::string_view text) {
    Levels levels;
    while (true) {
        std::string_view item = text.substr(0, text.find(','));
        bool and_above = item.ends_with('+');
        std::string_view name = item.substr(0, item.size() - and_above);
        const auto *found = std::ranges::find_if(level_names, [&](const auto &names) {
            return names[0] == name || names[1] == name;
        });
        if (found == std::end(level_names))
            return bad_usage(fmt::format("\"{}\" is no level", printable(item)));
        auto level = static_cast<std::size_t>(found - std::begin(level_names));
        for (std::size_t each = and_above ? 0 : level; each <= level; each++)
            levels.set(each);
        if (item.size() == text.size())
            return levels;
        text.remove_prefix(item.size() + 1);
    }
}

Result<Options> parse_options(std::span<const char *const> words) {
    Options chosen;
    std::size_t files = 0;
    bool options_ended = false;
    while (!words.empty()) {
        std::string_view word = words.front();
        words = words.subspan(1);
        if (!options_ended && word == "--") {
            options_ended = true;
        } else if (!options_ended && word.starts_with("--")) {
            TRY(take_option(chosen, word.substr(2), words));
        } else if (!options_ended && word.starts_with('-') && word != "-") {
            if (word != "-h")
                return bad_usage(fmt::format("there is no option {}", printable(word)));
            chosen.help = true;
        } else {
            chosen.file = word;
            files++;
        }
    }
    if (files != 1 && !chosen.help && !chosen.version)
        return fail(Cause::bad_usage, "");
    return chosen;
}

std::string usage_text() {
    std::string text = "usage: vmcore-dmesg [OPTION]... FILE\n"
                       "Print the kernel's log out of the crash dump FILE; - is standard input.\n\n";
    for (const Option &option : options) {
        std::string name = fmt::format("  --{}", option.name);
        if (!option.argument.empty())
            name += fmt::format("={}", option.argument);
        text += fmt::format("{:<20} {}\n", name, option.help);
    }
    return text;
}

} // namespace kexec::dmesg
