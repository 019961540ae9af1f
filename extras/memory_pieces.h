// SPDX-License-Identifier: GPL-2.0-or-later
// Physical memory in pieces, as a loader sees it: what is free, what is taken and by whom, and a plan's
// segments among it.
#pragma once

#include "plan/plan.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

enum class PieceKind {
    free,        // RAM where a second kernel may be put
    taken,       // RAM where it may not: kept for firmware, or not the running kernel's
    reservation, // set aside for a crash kernel
    reserved,    // no RAM for the kernel: firmware, devices
    segment,
};
std::string_view name_of(PieceKind kind);

struct MemoryPiece {
    Range range;
    PieceKind kind;
    std::string name; // of a segment, of a kind of reserved memory; else empty
};

struct MemoryTotals {
    std::uint64_t ram, free; // bytes
    std::vector<Range> reservations;
};
MemoryTotals memory_totals(const Machine &machine);

// Ascending and disjoint; what no map speaks of is left out, and a segment whose place is
// drawn. A segment hides what it lies in.
std::vector<MemoryPiece> memory_pieces(const Machine &machine, std::span<const Segment> segments);

// Of those pieces the segments, and the next on either side of each.
std::vector<MemoryPiece> pieces_around_segments(std::span<const MemoryPiece> pieces);

} // namespace kexec
