// SPDX-License-Identifier: GPL-2.0-or-later
// A record of the log as text, as kexec-tools prints it.
#pragma once

#include "dump/log.h"

#include <string>

namespace kexec {

// "[    1.234567] text" and a line end. A record of several lines has this in front of the first; bytes that
// are neither printable ASCII nor white space become \xNN. A line of the ring of bytes is given as it is.
// With `caller`, "[    T1]" or "[    C0]" stands behind the time, as the kernel's consoles have it.
std::string as_plain_text(const Record &record, bool caller);

// "T1" for a task, "C0" for a CPU.
std::string caller_name(std::uint32_t caller);

} // namespace kexec
