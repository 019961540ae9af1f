// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of a rehearsal: before it, what is tried and what of the machine is missing; after it, how far
// the second kernel came and how much memory it took.
#pragma once

#include "emulator/rehearsal.h"
#include "extras/likeness.h"

#include <string>

namespace kexec {

// `first_kernel`: the name of its file.
std::string rehearsal_heading(const Rehearsal &rehearsal, const Emulator &emulator, const Likeness &likeness,
                              const std::string &first_kernel);

std::string rehearsal_result(const Rehearsal &rehearsal, const Likeness &likeness, const Outcome &outcome);

// KiB that were free at the tightest moment. Before its /init the kernel held the packed initial ramdisk
// beside what it unpacked from it, and counted that memory as its own only afterwards.
std::uint64_t least_free(const RehearsedMemory &memory, std::uint64_t initrd_size);

} // namespace kexec
