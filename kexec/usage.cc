// SPDX-License-Identifier: GPL-2.0-or-later
// Laying out the usage text.
#include "kexec/usage.h"

#include "base/compress.h"
#include "base/text.h"
#include "kexec/extras.h"

#include <fmt/format.h>

namespace kexec {
namespace {

constexpr std::size_t help_column = 30;
constexpr std::size_t line_width = 79;

std::string names_of(const Option &option) {
    std::string names = option.letter ? fmt::format(" -{}, ", option.letter) : " ";
    names += fmt::format("--{}", option.name);
    if (!option.argument.empty())
        names += option.may_lack_argument ? fmt::format("[={}]", option.argument)
                                          : fmt::format("={}", option.argument);
    return names;
}

void start_line(std::string &text) {
    text += '\n';
    text.append(help_column, ' ');
}

// `lead`, then the words of `text` from a fixed column on, in as many lines as they take.
std::string laid_out(std::string lead, std::string_view text) {
    if (lead.size() + 2 > help_column)
        start_line(lead);
    else
        lead.resize(help_column, ' ');
    std::size_t column = help_column;
    for (std::string_view word : words_of(text)) {
        if (column > help_column && column + 1 + word.size() > line_width) {
            start_line(lead);
            column = help_column;
        }
        if (column > help_column) {
            lead += ' ';
            column++;
        }
        lead += word;
        column += word.size();
    }
    return lead + '\n';
}

std::string options_text(std::span<const Option> options, bool general) {
    std::string text;
    for (const Option &option : options)
        if ((option.scope == OptionScope::general) == general && is_built_in(option.id))
            text += laid_out(names_of(option), option.help);
    return text;
}

std::string formats_text(std::span<const Format> formats) {
    std::string text;
    for (const Format &format : formats)
        if (format.offered)
            text += fmt::format("{}\n{}", format.name, laid_out(" ", format.description));
    return text;
}

// Of any type: compression is taken off first.
std::string compressions_text() {
    auto built_in = compression_names(true);
    std::string text = built_in.empty()
                           ? "none is unpacked"
                           : fmt::format("each may be packed with {}", fmt::join(built_in, ", "));
    if (auto missing = compression_names(false); !missing.empty())
        text += fmt::format("; this kexec was built without {}", fmt::join(missing, ", "));
    return laid_out("Compression:", text);
}

} // namespace

std::string version_text() { return "kexec-tools 2.0.32+toolkit." TOOLKIT_VERSION "\n"; }

std::string usage_text(const Arch &arch) {
    std::string text = version_text();
    text += "Usage: kexec [OPTION]... [kernel]\n"
            "Start another kernel directly from this one.\n";
    text += fmt::format("Plans, recordings, doctor (--plan, --record, --doctor): {}.\n\n",
                        has_extras() ? "built in" : "not built in");
    text += options_text(arch.options, true);
    text += "\nSupported kernel file types:\n";
    text += formats_text(arch.formats);
    text += "\n" + compressions_text();
    text += "\nArchitecture options:\n";
    text += options_text(arch.options, false);
    return text + "\n";
}

} // namespace kexec
