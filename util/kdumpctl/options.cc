// SPDX-License-Identifier: GPL-2.0-or-later
// The tables: a new verb is a row, and a function of verbs.h.
#include "util/kdumpctl/options.h"

#include "util/kdumpctl/verbs.h"

#include <array>

namespace kexec::kdumpctl {

namespace {

constexpr std::array verb_rows{
    Verb{{"check-config", "[FILE]", "say what is wrong in the configuration, or in FILE"}, check_config},
    Verb{{"estimate", "", "say how much memory a capture kernel needs, and why"}, show_estimate},
    Verb{{"get-default-crashkernel", "[kdump|fadump]", "print the crashkernel= for this machine"},
         show_default},
    Verb{{"showmem", "", "print how much memory is reserved"}, show_memory},
    Verb{{"status", "", "say whether a crash will be dumped"}, show_status},
};

constexpr std::array option_rows{
    OptionRow{"json", "status estimate", "", "print a JSON object"},
    OptionRow{"help", "", "", "print this text"},
    OptionRow{"version", "", "", "print the version"},
};

} // namespace

std::span<const Verb> verb_table() { return verb_rows; }
std::span<const OptionRow> option_table() { return option_rows; }

VerbTables tables() {
    return {"kdumpctl", "verb",
            "What a crash of this machine leaves behind: memory for a capture kernel, and its configuration.",
            rows_of(verb_table()), option_rows};
}

std::string usage_text() { return kexec::usage_text(tables(), 40); }

} // namespace kexec::kdumpctl
