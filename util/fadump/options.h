// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of fadump: a word for what is to be done, options of that word, its argument.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

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

struct Word {
    std::string_view name;
    Action action;
    std::string_view argument; // what the usage text calls it; empty where there is none
    std::string_view help;
};
std::span<const Word> word_table();

struct Option {
    std::string_view name;  // without the dashes
    std::string_view words; // that it belongs to, separated by blanks
    std::string_view argument;
    std::string_view help;
};
std::span<const Option> option_table();

struct Options {
    Action action = Action::help;
    std::string directory;               // of save
    std::optional<std::uint64_t> memory; // bytes, of recommend
    unsigned dump_level = 31;            // as makedumpfile's -d
    bool json = false, plain = false, yes = false;
};

// `words` without the program's name. Cause::bad_usage.
Result<Options> parse_options(std::span<const char *const> words);

std::string usage_text();

} // namespace kexec::fadump
