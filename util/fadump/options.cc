// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the command line, by the two tables.
#include "util/fadump/options.h"

#include "base/long_option.h"
#include "base/text.h"
#include "util/fadump/recommend.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::fadump {

namespace {

constexpr std::array word_rows{
    Word{"status", Action::status, "", "say whether a crash will be dumped, and whether a dump is waiting"},
    Word{"register", Action::register_dump, "",
         "have crashes dumped; again after memory was added or removed"},
    Word{"unregister", Action::unregister_dump, "", "have crashes not dumped"},
    Word{"save", Action::save, "DIR", "store the waiting dump and its log in files below DIR"},
    Word{"release", Action::release, "",
         "give the memory of the waiting dump, once it is saved, back to the system"},
    Word{"regions", Action::regions, "", "print the regions of memory that the firmware keeps"},
    Word{"recommend", Action::recommend, "", "print how much memory to reserve"},
};

constexpr std::array option_rows{
    Option{"json", "status regions recommend", "", "print a JSON object"},
    Option{"plain", "save", "", "store all memory that is not zero, without makedumpfile"},
    Option{"dump-level", "save", "LEVEL", "what makedumpfile leaves out, 0 to 31 (its -d; default 31)"},
    Option{"yes", "release", "", "release the memory although the dump is not saved: it is lost"},
    Option{"memory", "recommend", "SIZE", "for a machine with so much memory, as 64G"},
    Option{"help", "", "", "print this text"},
    Option{"version", "", "", "print the version"},
};

constexpr unsigned highest_dump_level = 31; // makedumpfile(8)

Failure bad_usage(std::string what) {
    return fail(Cause::bad_usage, std::move(what), "fadump --help lists the words and options");
}

Result<void> set(Options &chosen, std::string_view name, std::string_view argument) {
    if (name == "json") {
        chosen.json = true;
    } else if (name == "plain") {
        chosen.plain = true;
    } else if (name == "yes") {
        chosen.yes = true;
    } else if (name == "memory") {
        chosen.memory = TRY(parse_size(argument));
    } else {
        auto level = parse_decimal(argument);
        if (!level || *level > highest_dump_level)
            return bad_usage(fmt::format("\"{}\" is no dump level", printable(argument)));
        chosen.dump_level = static_cast<unsigned>(*level);
    }
    return {};
}

bool belongs_to(const Option &option, std::string_view word) {
    auto words = words_of(option.words);
    return std::ranges::find(words, word) != words.end();
}

Result<void> take_option(Options &chosen, const Word &word, std::string_view text,
                         std::span<const char *const> &rest) {
    const auto *option = std::ranges::find(option_rows, option_name(text), &Option::name);
    if (option == option_rows.end() || !belongs_to(*option, word.name))
        return bad_usage(fmt::format("{} has no option --{}", word.name, printable(option_name(text))));
    auto argument = option_argument(text, option->argument, rest);
    if (!argument)
        return bad_usage(argument.error().what);
    return set(chosen, option->name, *argument);
}

Result<void> take_rest(Options &chosen, const Word &word, std::span<const char *const> words) {
    std::size_t arguments = 0;
    while (!words.empty()) {
        std::string_view text = words.front();
        words = words.subspan(1);
        if (text.starts_with("--")) {
            TRY(take_option(chosen, word, text.substr(2), words));
        } else if (text.starts_with('-')) {
            return bad_usage(fmt::format("there is no option {}", printable(text)));
        } else {
            chosen.directory = text;
            arguments++;
        }
    }
    if (word.argument.empty() && arguments > 0)
        return bad_usage(fmt::format("{} takes no argument", word.name));
    if (!word.argument.empty() && (arguments != 1 || chosen.directory.empty()))
        return bad_usage(fmt::format("{} needs one argument: {}", word.name, word.argument));
    return {};
}

} // namespace

std::span<const Word> word_table() { return word_rows; }
std::span<const Option> option_table() { return option_rows; }

Result<Options> parse_options(std::span<const char *const> words) {
    Options chosen;
    std::string_view first = words.empty() ? std::string_view() : words.front();
    if (first.empty())
        return bad_usage("a word is needed that says what to do");
    if (first == "--help" || first == "-h")
        return chosen;
    if (first == "--version") {
        chosen.action = Action::version;
        return chosen;
    }
    const auto *word = std::ranges::find(word_rows, first, &Word::name);
    if (word == word_rows.end())
        return bad_usage(fmt::format("there is no word \"{}\"", printable(first)));
    chosen.action = word->action;
    TRY(take_rest(chosen, *word, words.subspan(1)));
    return chosen;
}

std::string usage_text() {
    std::string text =
        "usage: fadump WORD [OPTION]...\n"
        "Firmware-assisted dump of POWER machines: arm it, store a dump, give its memory back.\n\n";
    for (const Word &word : word_rows)
        text += fmt::format("  {:<20} {}\n", fmt::format("{} {}", word.name, word.argument), word.help);
    text += '\n';
    for (const Option &option : option_rows) {
        std::string name =
            fmt::format("--{}{}{}", option.name, option.argument.empty() ? "" : "=", option.argument);
        std::string of = option.words.empty() ? "" : fmt::format("{}: ", option.words);
        text += fmt::format("  {:<20} {}{}\n", name, of, option.help);
    }
    return text;
}

} // namespace kexec::fadump
