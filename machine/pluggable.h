// SPDX-License-Identifier: GPL-2.0-or-later
// What may come and go while a machine runs: a plan is made for the memory and the CPUs of one moment.
#pragma once

#include "machine/machine.h"

#include <string>
#include <vector>

namespace kexec {

struct Pluggable {
    Ranges memory;              // all RAM that /proc/iomem names
    std::vector<unsigned> cpus; // those that leave notes in a crash, ascending
};

Pluggable pluggable_parts(const Machine &machine);

// Whether this machine (its files are below `root`) has other memory or, where `before` has any, other CPUs
// by now. What cannot be read has not changed.
bool have_changed(const Pluggable &before, const std::string &root);

} // namespace kexec
