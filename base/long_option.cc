// SPDX-License-Identifier: GPL-2.0-or-later
// getopt_long takes abbreviations as well, which a program with a handful of options does not need.
#include "base/long_option.h"

#include <fmt/core.h>

namespace kexec {

std::string_view option_name(std::string_view text) { return text.substr(0, text.find('=')); }

Result<std::string_view> option_argument(std::string_view text, std::string_view argument,
                                         std::span<const char *const> &rest) {
    std::string_view name = option_name(text);
    bool has_argument = name.size() < text.size();
    if (has_argument && argument.empty())
        return fail(Cause::bad_usage, fmt::format("--{} takes no argument", name));
    if (has_argument)
        return text.substr(name.size() + 1);
    if (argument.empty())
        return std::string_view();
    if (rest.empty())
        return fail(Cause::bad_usage, fmt::format("--{} needs an argument: {}", name, argument));
    std::string_view next = rest.front();
    rest = rest.subspan(1);
    return next;
}

} // namespace kexec
