// SPDX-License-Identifier: GPL-2.0-or-later
// Checks of arguments that the architectures' option tables share.
#include "arch/options.h"

#include "base/text.h"

#include <fmt/core.h>

namespace kexec {

Result<void> check_word(std::string_view argument) {
    std::size_t words = words_of(argument).size();
    if (words == 1 && trimmed(argument) == argument)
        return {};
    return fail(Cause::bad_usage,
                fmt::format("\"{}\" is {}, one word of a command line is needed", printable(argument),
                            words == 0 ? "no word" : "more than that"),
                "give each word an option of its own, and put blanks between double quotes: name=\"a b\"");
}

Result<void> check_plan_form(std::string_view argument) {
    for (std::string_view form : {"", "text", "json", "svg"})
        if (argument == form)
            return {};
    return fail(Cause::bad_usage, fmt::format("a plan cannot be printed as \"{}\"", printable(argument)),
                "use --plan=text, --plan=json or --plan=svg");
}

Result<void> check_count(std::string_view argument) {
    if (parse_decimal(argument))
        return {};
    return fail(Cause::bad_usage, fmt::format("\"{}\" is no number that counts from 0", printable(argument)),
                "write it with decimal digits alone");
}

} // namespace kexec
