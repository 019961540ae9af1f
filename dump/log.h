// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's log in a dump, record by record, in any of the three forms that kernels have had: lines in a
// ring of bytes (before 3.5), records in a ring (3.5 to 5.9), the lockless ring (since 5.10). Whatever a
// crash or a bad copy has damaged is left out and counted; reading always ends.
#pragma once

#include "dump/memory.h"

#include <functional>

namespace kexec {

struct Record {
    std::optional<std::uint64_t> sequence;    // counts all records since the boot
    std::optional<std::uint64_t> nanoseconds; // since the boot, on the kernel's own clock
    std::optional<unsigned> level;            // 0 (emergency) to 7 (debug)
    std::optional<unsigned> facility;         // as in syslog; 0 is the kernel
    std::optional<std::uint32_t> caller;      // a task's number, or with the highest bit set a CPU's
    Bytes text;                               // without the last line end, unless as_stored; may be empty
    bool as_stored = false; // `text` is a line of the old ring with its own prefix and line end
};

// Called for each record; an error ends the reading.
using TakeRecord = std::function<Result<void>(const Record &)>;

// What reading a log came to.
struct LogSummary {
    std::uint64_t records = 0;      // given to TakeRecord
    std::uint64_t damaged = 0;      // left out: they contradict themselves or others
    std::uint64_t missing = 0;      // left out: their memory is not in the dump, or cannot be read
    std::vector<std::string> notes; // further damage that was survived
};

// Reads the log from its oldest record to its newest. An error where not even its beginning could be found
// (its number is a Fault), or where `take` returned one. Calling it again gives the same records.
Result<LogSummary> read_log(Core &core, const TakeRecord &take);

} // namespace kexec
