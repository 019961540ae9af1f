// SPDX-License-Identifier: GPL-2.0-or-later
// The answer to --inspect: what a kernel file is, on whatever machine it would run, and what each system call
// would do with it there. Looks at the file and at nothing else.
#pragma once

#include "arch/arch.h"
#include "kexec/options.h"

#include <string>

namespace kexec {

enum class InspectionForm { text, json };

// For people, or as one object of JSON (the man page has its members). Of the options count the kernel, -t
// (for the machine of the file) and --profile; `machine` is the one that alone is asked (null: whichever
// knows the file). The errors are those of a load.
Result<std::string> inspect_kernel(const Options &options, InspectionForm form, const Arch *machine);

} // namespace kexec
