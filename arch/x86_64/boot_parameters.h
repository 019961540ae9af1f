// SPDX-License-Identifier: GPL-2.0-or-later
// Building what the new kernel reads of its machine: boot_params, and behind it in one piece the command line
// and the setup_data list.
#pragma once

#include "arch/x86_64/kernel.h"

namespace kexec::x86_64 {

struct BootParameterInput {
    SetupHeader header;      // of the image
    const MemoryMap &memory; // what the new kernel may use, and what it must leave alone
    const X86_64Facts &facts;
    bool pass_efi; // hand over EFI's runtime data
    std::string_view command_line;
    std::optional<Range> initrd; // its place; size is exact, not rounded
    Bytes seed;                  // for the kernel's random pool; empty: none
    Bytes device_tree = {};      // empty: none
};

// The bytes to lie at `base`. Their number does not depend on `base`, so a first call with 0 tells how much
// room is needed.
Buffer build_boot_parameters(const BootParameterInput &input, std::uint64_t base);

// Whether EFI's runtime data can be handed over; where it cannot on an EFI machine, `why_not` says what
// stands in the way, for a warning.
bool can_pass_efi(const X86_64Facts &facts, bool kernel_takes_it, std::string &why_not);

} // namespace kexec::x86_64
