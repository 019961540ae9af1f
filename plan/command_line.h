// SPDX-License-Identifier: GPL-2.0-or-later
// The new kernel's command line, put together from the running kernel's and the user's own words.
#pragma once

#include "plan/request.h"

#include <span>
#include <string>
#include <string_view>

namespace kexec {

// What --reuse-cmdline takes of a running kernel's command line: all words but those that describe how *this*
// kernel was started (BOOT_IMAGE, elfcorehdr) and, for a crash kernel, those that reserve memory for one
// (crashkernel). Blanks inside "…" belong to a word; words are joined by one space.
std::string reused_command_line(std::string_view running, Purpose purpose);

// The two parts with a space between; either may be empty.
std::string join_command_lines(std::string_view first, std::string_view second);

// Without the words that are equal to one of `words`, or, where that has no '=', have it for a name. As in
// the kernel (parameq in kernel/params.c), '-' and '_' are the same in a name.
std::string without_words(std::string_view line, std::span<const std::string> words);

} // namespace kexec
