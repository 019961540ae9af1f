// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration's files: which there are, and which grammar each is in.
#pragma once

#include "machine/snapshot.h"
#include "util/kdumpctl/finding.h"

namespace kexec::kdumpctl {

enum class Grammar {
    kdump_conf, // directives
    sysconfig,  // variables
    debian,     // variables of another set
};

// By the file's name: that of any kdump.conf can be told from it, unless it is named as one of the others.
Grammar grammar_of(std::string_view path);

// What is wrong in a file of that grammar, by its text alone.
Findings check_text(Grammar grammar, std::string_view text);

// The files that are looked at where none is named.
std::span<const Source> config_sources();

} // namespace kexec::kdumpctl
