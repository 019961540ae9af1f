// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of vmcore-dmesg: the one argument that kexec-tools takes, and options of our own.
#pragma once

#include "base/result.h"

#include <bitset>
#include <span>
#include <string>

namespace kexec::dmesg {

struct Option {
    std::string_view name;     // without the dashes
    std::string_view argument; // what the usage text calls it; empty where there is none
    std::string_view help;
};
std::span<const Option> option_table();

using Levels = std::bitset<8>; // bit 0 is "emerg"

struct Options {
    std::string file; // "-" is standard input
    Levels levels = Levels().set();
    bool json = false, caller = false, since_panic = false;
    bool help = false, version = false;

    bool selects_levels() const { return !levels.all(); }
};

// `words` without the program's name. Cause::bad_usage; the sentence is empty where only the number of
// arguments is wrong, which the usage text answers.
Result<Options> parse_options(std::span<const char *const> words);

// "err,warn", "3", "err+" (and all that are more urgent), in any mixture, separated by commas.
Result<Levels> parse_levels(std::string_view text);

std::string usage_text();

} // namespace kexec::dmesg
