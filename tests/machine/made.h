// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots made up in a test, and short ways to say ranges.
#pragma once

#include "machine/machine.h"

#include <map>
#include <string>

namespace kexec::testing {

inline Range range(std::uint64_t first, std::uint64_t last) { return Range::between(first, last).value(); }

inline Buffer buffer(std::string_view text) { return Buffer(as_bytes(text).begin(), as_bytes(text).end()); }

inline bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Files by path, all of them text.
using Files = std::map<std::string, std::string>;

inline Snapshot snapshot_of(const Files &files) {
    Snapshot snapshot;
    for (const auto &[path, text] : files)
        snapshot.put(path, buffer(text));
    return snapshot;
}

// The three files of /sys/firmware/memmap/N.
void add_memmap(Files &files, unsigned number, Range range, const std::string &type);

// Pieces of RAM with a page between each two that is the firmware's, a reservation in the first, and the
// CPUs' notes; 30 000 ranges are 64 TiB.
Files giant_files(unsigned ranges, unsigned cpus);
inline constexpr std::uint64_t giant_step = (std::uint64_t{64} << 40) / 30000 & ~std::uint64_t{0xfffff};

// Everything in a Machine, for people and for comparing with a kept text.
std::string description(const Machine &machine);

} // namespace kexec::testing
