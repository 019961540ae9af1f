// SPDX-License-Identifier: GPL-2.0-or-later
// What a crash load needs besides a kernel: a place for the low memory that the second kernel will overwrite,
// and the core header that describes the dead kernel's memory.
#pragma once

#include "arch/x86_64/x86_64.h"
#include "plan/placing.h"

namespace kexec::x86_64 {

struct CrashPieces {
    std::optional<Range> backup_source; // low memory that the second kernel uses; nothing: there is none
    std::optional<Range> backup;        // where the purgatory copies it to
    Range core_header;
    std::shared_ptr<Buffer> core_header_bytes;
    bool hotplug; // the kernel itself will rewrite the core header
};

Result<CrashPieces> place_crash_pieces(const Request &request, Placer &placer,
                                       std::vector<std::string> &warnings);

// The segments for them: the backup area (zeros) and the core header.
std::vector<Segment> segments_of(const CrashPieces &pieces);

// The memory map for the second kernel: it may use the reservations and the low memory that was saved, it
// sees everything that is not RAM, and the dead kernel's RAM is not there.
MemoryMap crash_memory_map(const Machine &machine, const CrashPieces &pieces);

// The same as words of a command line, "memmap=exactmap" and one for each range that they can express: RAM of
// 100 KiB and more, ACPI's ranges and legacy persistent memory.
std::vector<std::string> memmap_words(const MemoryMap &map);

} // namespace kexec::x86_64
