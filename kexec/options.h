// SPDX-License-Identifier: GPL-2.0-or-later
// Options: what was asked, checked and put into the terms of the program. Made from the command line in one
// pass over the architecture's option table.
#pragma once

#include "kexec/arguments.h"
#include "kexec/steps.h"
#include "plan/request.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

struct Options {
    std::optional<OptionId> answer; // -h, -v or --print-ckr-size: give this answer and do nothing else
    Steps steps;
    Settings settings; // command_line is left empty: it needs the machine's

    std::string kernel;                     // the kernel file; empty: none named
    std::optional<std::string> type;        // -t
    std::string boot_entry;                 // --load-entry; empty: none named
    std::vector<std::string> initrds;       // --initrd first, then each --add-initrd
    std::vector<std::string> tree_overlays; // each --dtb-overlay
    std::optional<std::uint64_t> profile;   // of a UKI
    std::string append;                     // --append, --command-line
    std::string append_file;                // empty: none
    bool reuse_command_line = false;
    std::vector<std::string> removed_words, added_words; // of the command line

    std::vector<GivenOption> given;    // in the order given
    std::vector<std::string> warnings; // what was dropped, for stderr
};

// A command line that cannot be carried out. The usage text is printed with it.
struct UsageError {
    Error error; // `what` may be empty: only the usage text is printed
    int status;  // of the process
};

// `words` without the program's name.
tl::expected<Options, UsageError> parse_options(std::span<const char *const> words,
                                                std::span<const Option> table, Order order);

} // namespace kexec
