// SPDX-License-Identifier: GPL-2.0-or-later
// The texts of -h and -v, made from the option table.
#pragma once

#include "arch/arch.h"

#include <string>

namespace kexec {

// "kexec-tools 2.0.32+toolkit.X.Y", with a line end: scripts look at the first word and compare the second.
std::string version_text();

// The shape scripts rely on: the version line, "Usage: kexec [OPTION]... [kernel]", the general options, the
// names that -t takes alone at the start of a line, "Architecture options:".
std::string usage_text(const Arch &arch);

} // namespace kexec
