// SPDX-License-Identifier: GPL-2.0-or-later
// File name patterns of the shell (POSIX, "Pattern Matching Notation"), as fnmatch(3) takes them without
// flags, for plain bytes: the C library's knows every locale, and would be a fiftieth of a static program.
#pragma once

#include <string_view>

namespace kexec {

// '*' stands for any text, '?' for one byte, [abc], [a-z] and [!a-z] (or [^a-z]) for one of some bytes or of
// all others. A '[' without its ']' stands for itself. Classes such as [:alpha:] are not known. A backslash
// takes what is special from the next byte, but with `plain_backslash` (FNM_NOESCAPE).
bool matches_pattern(std::string_view pattern, std::string_view name, bool plain_backslash = false);

} // namespace kexec
