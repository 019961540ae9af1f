// SPDX-License-Identifier: GPL-2.0-or-later
// The table of /sys/kernel/debug/powerpc/fadump_region, decoded. firmware-assisted-dump.rst has its two
// forms; the kernel's rtas-fadump.c and opal-fadump.c write the newer one.
#pragma once

#include "base/range.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec::fadump {

struct Region {
    std::string name; // "CPU", "HPTE", "DUMP"; empty for the rest of memory in the older form
    std::optional<std::uint64_t> source; // where the memory was that is kept; only of DUMP, in the newer form
    std::uint64_t destination;           // where the firmware puts it
    std::uint64_t size;                  // bytes
    std::uint64_t dumped;                // bytes that the firmware has put there
};

struct Regions {
    std::vector<Region> regions;
    std::optional<std::uint64_t> kept_above; // a dump waits: memory from this address on is not touched
    std::vector<std::string> unknown;        // lines that are neither

    // Bytes of low memory that a capture kernel boots in: all that is copied.
    std::uint64_t boot_memory() const;
};

Regions parse_regions(std::string_view text);

} // namespace kexec::fadump
