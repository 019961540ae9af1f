// SPDX-License-Identifier: GPL-2.0-or-later
// A record of the log as a JSON object.
#pragma once

#include "dump/log.h"

namespace kexec::dmesg {

// {"seq":1,"time":1.234567891,"facility":0,"level":6,"caller":"T1","text":"…"} and a line end; what the log
// does not tell is left out. Bytes that are no UTF-8 become \xNN, which makes one backslash in the text.
std::string as_json(const Record &record);

} // namespace kexec::dmesg
