// SPDX-License-Identifier: GPL-2.0-or-later
// A record of the log as text: as kexec-tools prints it, or as a JSON object.
#pragma once

#include "dump/log.h"

namespace kexec::dmesg {

// "[    1.234567] text" and a line end. A record of several lines has this in front of the first; bytes that
// are neither printable ASCII nor white space become \xNN. A line of the ring of bytes is given as it is.
// With `caller`, "[    T1]" or "[    C0]" stands behind the time, as the kernel's consoles have it.
std::string as_plain_text(const Record &record, bool caller);

// {"seq":1,"time":1.234567891,"facility":0,"level":6,"caller":"T1","text":"…"} and a line end; what the log
// does not tell is left out. Bytes that are no UTF-8 become \xNN, which makes one backslash in the text.
std::string as_json(const Record &record);

} // namespace kexec::dmesg
