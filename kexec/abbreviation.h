// SPDX-License-Identifier: GPL-2.0-or-later
// Long option names may be cut short, by the rules of GNU getopt_long: an exact name wins, else the beginning
// must fit only one option. Names that mean the same do not compete. Unlike getopt_long, options of an
// earlier origin are looked at first, so a new option never changes what an old abbreviation means.
#pragma once

#include "plan/option.h"

#include <vector>

namespace kexec {

// The options that `typed` (without dashes) may mean: none, one, or several that compete. Where several rows
// mean the same, the first of them stands for all.
std::vector<const Option *> expand_abbreviation(std::string_view typed, std::span<const Option> table);

} // namespace kexec
