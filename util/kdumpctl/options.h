// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of kdumpctl: its verbs, each with the function that carries it out, and their options.
#pragma once

#include "util/kdumpctl/command.h"
#include "util/verb_line.h"

namespace kexec::kdumpctl {

using Verb = VerbOf<Result<Outcome> (*)(const World &world, const VerbLine &line)>;
std::span<const Verb> verb_table();
std::span<const OptionRow> option_table();
VerbTables tables();

std::string usage_text();

} // namespace kexec::kdumpctl
