// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory the crash kernel that is examined takes: image, initial ramdisk packed and unpacked, page
// tables, CPUs, core header, programs, and a reserve.
#pragma once

#include "extras/doctor_facts.h"

namespace kexec {

// Nothing where the memory of the machine is not known. Without a named kernel it is the sum for the running
// one and its modules.
std::optional<CaptureNeed> need_of(const DoctorFacts &facts);

// What is reserved for a crash kernel, in bytes; nothing where the kernel does not tell.
std::optional<std::uint64_t> reserved_memory(const DoctorFacts &facts);

} // namespace kexec
