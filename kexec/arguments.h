// SPDX-License-Identifier: GPL-2.0-or-later
// The words of a command line, read by the grammar of GNU getopt_long: options and operands in any order,
// short options bundled, "--" ends options. The walk is our own because abbreviations must be expanded as it
// goes (an option's argument may look like an option) and because getopt_long keeps its state in global
// variables.
#pragma once

#include "plan/option.h"

#include <string>
#include <vector>

namespace kexec {

struct GivenOption {
    const Option *option;
    std::string argument; // empty where the option takes none
};

struct Arguments {
    std::vector<GivenOption> options; // in the order given
    std::vector<std::string> operands;
};

enum class Order {
    any,           // operands may stand between options
    options_first, // the first operand ends the options: what POSIXLY_CORRECT asks for
};

// `words` without the program's name. Stops behind an option that is answered at once (-h, -v,
// --print-ckr-size): it is the last one then. Cause::bad_usage in the words of getopt_long; the sentence is
// empty for "-?", which asks for the usage text in the form of an error.
Result<Arguments> read_arguments(std::span<const char *const> words, std::span<const Option> table,
                                 Order order);

bool is_answered_at_once(OptionId id);

} // namespace kexec
