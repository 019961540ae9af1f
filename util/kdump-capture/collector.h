// SPDX-License-Identifier: GPL-2.0-or-later
// The program that stores the dump, by the words of core_collector.
#pragma once

#include "capture/settings.h"

#include <optional>

namespace kexec::capture {

struct Means {
    unsigned processors = 1;
    std::uint64_t memory = 0; // bytes that are available
};

struct Collector {
    std::string program;                // a path
    std::vector<std::string> arguments; // without the dump and where it is stored
};

// Nothing where the capture program itself is to store it. `root` is in front of the initramfs' files.
// `flattened` is for what is no file: a block device, a pipe.
std::optional<Collector> collector_of(const Settings &settings, const std::string &root, bool flattened,
                                      const Means &means);

// How many threads makedumpfile gets, at least one.
unsigned threads_for(const Means &means);

// MemAvailable of /proc/meminfo in bytes; 0 where it does not tell.
std::uint64_t available_memory(std::string_view meminfo);

} // namespace kexec::capture
