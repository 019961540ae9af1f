// SPDX-License-Identifier: GPL-2.0-or-later
// A crash dump of any format that is known here, opened.
#pragma once

#include "dump/core.h"

namespace kexec {

enum class DumpFormat { unknown, elf, compressed, flattened };

// What the first 16 bytes say.
DumpFormat recognise_dump(Bytes head);

// Whether the format can be read from a pipe as it comes. The others refer to what has passed.
bool can_stream(DumpFormat format);

struct Dump {
    std::unique_ptr<DumpSource> flattened; // what is below `core` in a flattened file
    std::unique_ptr<Core> core;
    std::vector<std::string> notes; // what was found damaged and survived, each ending in "going on …"
};

// `source` must outlive the dump. An error's number is a Fault.
Result<Dump> open_dump(DumpSource &source);

} // namespace kexec
