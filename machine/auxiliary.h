// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel tells every process about the machine (/proc/self/auxv,
// include/uapi/linux/auxvec.h).
#pragma once

#include "machine/snapshot.h"

#include <optional>
#include <string>

namespace kexec {

// The value of a type (AT_*); nothing where the file is missing or has none. Of a 64-bit little-endian
// process.
std::optional<std::uint64_t> auxiliary_value(const Snapshot &snapshot, std::uint64_t type);

// The page size of the running kernel, and where it came from. Where it is not told it is the largest there
// is, 64 KiB: a multiple of that is a multiple of every other.
struct PageSize {
    std::uint64_t bytes;
    std::string words;
};
PageSize page_size_of(const Snapshot &snapshot);

} // namespace kexec
