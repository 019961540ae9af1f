// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of fadump: a word for what is to be done, options of that word, its argument.
#pragma once

#include "util/verb_line.h"

#include <cstdint>

namespace kexec::fadump {

enum class Action {
    status,
    register_dump,
    unregister_dump,
    save,
    release,
    regions,
    recommend,
    help,
    version
};

using Word = VerbOf<Action>;
std::span<const Word> word_table();
std::span<const OptionRow> option_table();

struct Options {
    Action action = Action::help;
    std::string directory;               // of save
    std::optional<std::string> append;   // of register: words for the capture kernel's command line
    std::optional<std::uint64_t> memory; // bytes, of recommend
    unsigned dump_level = 31;            // as makedumpfile's -d
    bool json = false, plain = false, yes = false;
};

// `words` without the program's name. Cause::bad_usage.
Result<Options> parse_options(std::span<const char *const> words);

std::string usage_text();

} // namespace kexec::fadump
