// SPDX-License-Identifier: GPL-2.0-or-later
// A dump as an ELF core file: /proc/vmcore, and what copies and filters of it write. Both classes, both byte
// orders, any number of program headers; read a little at a time.
#pragma once

#include "dump/core.h"

namespace kexec {

bool is_elf_core(Bytes head);

// Reads the headers and finds the VMCOREINFO note. What is damaged and can be done without gets a line in
// `notes`. `source` must outlive the core.
Result<std::unique_ptr<Core>> open_elf_core(DumpSource &source, std::vector<std::string> &notes);

} // namespace kexec
