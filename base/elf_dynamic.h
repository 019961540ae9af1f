// SPDX-License-Identifier: GPL-2.0-or-later
// What a dynamically linked program asks of the loader, by the System V ABI (gABI), chapter 5, "Dynamic
// Linking".
#pragma once

#include "base/elf.h"

namespace kexec {

// The path of its dynamic loader (PT_INTERP); empty for a static program and for a library.
std::string interpreter_of(const Elf &elf);

// The names of the libraries it needs (DT_NEEDED), in their order. Cause::bad_image where its tables do not
// lie in the file.
Result<std::vector<std::string>> needed_libraries(const Elf &elf);

} // namespace kexec
