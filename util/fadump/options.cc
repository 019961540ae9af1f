// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the command line, by the two tables.
#include "util/fadump/options.h"

#include "base/text.h"
#include "util/fadump/recommend.h"

#include <array>
#include <fmt/core.h>

namespace kexec::fadump {

namespace {

constexpr std::array word_rows{
    Word{{"status", "", "say whether a crash will be dumped, and whether a dump is waiting"}, Action::status},
    Word{{"register", "", "have crashes dumped; again after memory was added or removed"},
         Action::register_dump},
    Word{{"unregister", "", "have crashes not dumped"}, Action::unregister_dump},
    Word{{"save", "DIR", "store the waiting dump and its log in files below DIR"}, Action::save},
    Word{{"release", "", "give the memory of the waiting dump, once it is saved, back to the system"},
         Action::release},
    Word{{"regions", "", "print the regions of memory that the firmware keeps"}, Action::regions},
    Word{{"recommend", "", "print how much memory to reserve"}, Action::recommend},
};

constexpr std::array option_rows{
    OptionRow{"json", "status regions recommend", "", "print a JSON object"},
    OptionRow{"append", "register", "WORDS", "what is added to the command line of the boot after a crash"},
    OptionRow{"plain", "save", "", "store all memory that is not zero, without makedumpfile"},
    OptionRow{"dump-level", "save", "LEVEL", "what makedumpfile leaves out, 0 to 31 (its -d; default 31)"},
    OptionRow{"yes", "release", "", "release the memory although the dump is not saved: it is lost"},
    OptionRow{"memory", "recommend", "SIZE", "for a machine with so much memory, as 64G"},
    OptionRow{"help", "", "", "print this text"},
    OptionRow{"version", "", "", "print the version"},
};

constexpr unsigned highest_dump_level = 31; // makedumpfile(8)

VerbTables tables() {
    return {"fadump", "word",
            "Firmware-assisted dump of POWER machines: arm it, store a dump, give its memory back.",
            rows_of(word_table()), option_rows};
}

Result<void> set(Options &chosen, std::string_view name, std::string_view argument) {
    if (name == "json") {
        chosen.json = true;
    } else if (name == "plain") {
        chosen.plain = true;
    } else if (name == "yes") {
        chosen.yes = true;
    } else if (name == "append") {
        chosen.append = argument;
    } else if (name == "memory") {
        chosen.memory = TRY(parse_size(argument));
    } else {
        auto level = parse_decimal(argument);
        if (!level || *level > highest_dump_level)
            return bad_usage(tables(), fmt::format("\"{}\" is no dump level", printable(argument)));
        chosen.dump_level = static_cast<unsigned>(*level);
    }
    return {};
}

} // namespace

std::span<const Word> word_table() { return word_rows; }
std::span<const OptionRow> option_table() { return option_rows; }

Result<Options> parse_options(std::span<const char *const> words) {
    VerbLine line = TRY(read_verb_line(tables(), words));
    Options chosen;
    if (!line.verb) {
        chosen.action = line.instead == "version" ? Action::version : Action::help;
        return chosen;
    }
    chosen.action = word_rows.at(*line.verb).action;
    chosen.directory = line.argument.value_or("");
    for (const auto &[name, argument] : line.options)
        TRY(set(chosen, name, argument));
    return chosen;
}

std::string usage_text() { return kexec::usage_text(tables(), 20); }

} // namespace kexec::fadump
