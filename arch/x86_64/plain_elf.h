// SPDX-License-Identifier: GPL-2.0-or-later
// An ELF file that is no Linux kernel and is started all the same, because --args-none or --args-elf asks for
// it: where it was linked, entered in 64-bit mode.
#pragma once

#include "arch/x86_64/x86_64.h"

namespace kexec::x86_64 {

bool is_plain_elf(const Request &request);

// --args-none: the file alone, entered directly, and nothing is verified. --args-elf: rdi is the address of
// boot_notes(), and the purgatory verifies first.
Result<SegmentLoad> plan_plain_elf(const Request &request, std::vector<std::string> &warnings);

// What such a program is told, in the form that Etherboot brought up: a head of 12 bytes (0x0e1fb007, the
// size of all, a checksum by RFC 1071, the number of notes) and ELF notes without names for the loader's name
// (type 2), its version (3) and the command line (4), each ending in a NUL.
Buffer boot_notes(std::string_view command_line);

} // namespace kexec::x86_64
