// SPDX-License-Identifier: GPL-2.0-or-later
// One record of a log.
#pragma once

#include "dump/log.h"

namespace kexec::testing {

inline Record record_of(std::string_view text, std::uint64_t nanoseconds = 12345678901) {
    Record record;
    record.sequence = 7;
    record.nanoseconds = nanoseconds;
    record.level = 4;
    record.facility = 0;
    record.caller = 1;
    record.text = as_bytes(text);
    return record;
}

} // namespace kexec::testing
