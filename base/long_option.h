// SPDX-License-Identifier: GPL-2.0-or-later
// A long option as the small programs take it: --NAME, --NAME=ARGUMENT, or --NAME ARGUMENT.
#pragma once

#include "base/result.h"

#include <span>

namespace kexec {

// `text` is without the dashes.
std::string_view option_name(std::string_view text);

// The argument of an option that the program calls `argument`: behind "=", or the next word, which is taken
// off `rest`. Nothing for an option whose `argument` is empty. Cause::bad_usage, without a remedy.
Result<std::string_view> option_argument(std::string_view text, std::string_view argument,
                                         std::span<const char *const> &rest);

} // namespace kexec
