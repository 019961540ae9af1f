// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the command line, by the table of verbs.
#include "util/kdumpctl/options.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::array verb_rows{
    Verb{"check-config", Action::check_config, "[FILE]", false,
         "say what is wrong in the configuration, or in FILE"},
    Verb{"estimate", Action::estimate, "", true, "say how much memory a capture kernel needs, and why"},
    Verb{"get-default-crashkernel", Action::get_default_crashkernel, "[kdump|fadump]", false,
         "print the crashkernel= for this machine"},
    Verb{"showmem", Action::showmem, "", false, "print how much memory is reserved"},
    Verb{"status", Action::status, "", true, "say whether a crash will be dumped"},
};

Failure bad_usage(std::string what) {
    return fail(Cause::bad_usage, std::move(what), "kdumpctl --help lists the verbs and options");
}

Result<void> take_argument(Options &chosen, const Verb &verb, std::string_view text) {
    if (verb.argument.empty() || chosen.file || chosen.mode)
        return bad_usage(
            fmt::format("{} takes {} argument", verb.name, verb.argument.empty() ? "no" : "one"));
    if (verb.action == Action::check_config)
        chosen.file = text;
    else if (text == name_of(CrashMode::kdump))
        chosen.mode = CrashMode::kdump;
    else if (text == name_of(CrashMode::fadump))
        chosen.mode = CrashMode::fadump;
    else
        return bad_usage(fmt::format("\"{}\" is neither kdump nor fadump", printable(text)));
    return {};
}

Result<void> take_word(Options &chosen, const Verb &verb, std::string_view text) {
    if (!text.starts_with('-'))
        return take_argument(chosen, verb, text);
    if (text != "--json" || !verb.has_json)
        return bad_usage(fmt::format("{} has no option {}", verb.name, printable(text)));
    chosen.json = true;
    return {};
}

} // namespace

std::span<const Verb> verb_table() { return verb_rows; }

Result<Options> parse_options(std::span<const char *const> words) {
    Options chosen;
    std::string_view first = words.empty() ? std::string_view() : words.front();
    if (first.empty())
        return bad_usage("a verb is needed that says what to do");
    if (first == "--help" || first == "-h")
        return chosen;
    if (first == "--version") {
        chosen.action = Action::version;
        return chosen;
    }
    const auto *verb = std::ranges::find(verb_rows, first, &Verb::name);
    if (verb == verb_rows.end())
        return bad_usage(fmt::format("there is no verb \"{}\"", printable(first)));
    chosen.action = verb->action;
    for (std::string_view text : words.subspan(1))
        TRY(take_word(chosen, *verb, text));
    return chosen;
}

std::string usage_text() {
    std::string text = "usage: kdumpctl VERB [OPTION]...\n"
                       "What a crash of this machine leaves behind: memory for a capture kernel, and its "
                       "configuration.\n\n";
    for (const Verb &verb : verb_rows)
        text += fmt::format("  {:<40} {}\n", fmt::format("{} {}", verb.name, verb.argument), verb.help);
    return text + "\n"
                  "  --json                                   estimate, status: print a JSON object\n"
                  "  --help                                   print this text\n"
                  "  --version                                print the version\n";
}

} // namespace kexec::kdumpctl
