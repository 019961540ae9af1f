// SPDX-License-Identifier: GPL-2.0-or-later
// A bzImage made in memory, with a setup header that tests may change.
#pragma once

#include "base/bytes.h"
#include "image/setup_header.h"

namespace kexec::testing {

// The setup header of a small and valid bzImage of today: protocol 2.15, relocatable, 64-bit entry, 9 sectors
// of setup code, a kernel of 4096 bytes with a payload and kernel_info in it.
SetupHeader usual_setup_header();

// The file that such a header describes. The kernel holds `payload` where the header says (as far as there is
// room) and kernel_info behind it; its other bytes are 0xcc. The setup code holds `release` where
// kernel_version says. Whatever the header says, the file has 9 sectors of setup code and 4096 bytes of
// kernel, so that a changed header lies.
Buffer build_bzimage(const SetupHeader &header = usual_setup_header(), Bytes payload = {},
                     std::string_view release = "6.1.0-test (builder) #1 SMP");

} // namespace kexec::testing
