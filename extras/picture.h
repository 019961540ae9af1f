// SPDX-License-Identifier: GPL-2.0-or-later
// The layout of a picture of memory: which address stands at which height, what is drawn where that is
// smaller than can be seen, and which segments belong together.
#pragma once

#include "extras/memory_pieces.h"

#include <optional>
#include <span>
#include <vector>

namespace kexec {

// From addresses to heights: areas of memory below each other at one scale, with a break of fixed height
// between two.
class Scale {
public:
    // `areas` are ascending and disjoint, and there is at least one.
    Scale(std::vector<Range> areas, double top, double height, double break_height);

    // Nothing for an address that lies in no area.
    std::optional<double> height_of(std::uint64_t address) const;
    double top_of(std::size_t area) const { return tops_[area]; }
    double bottom_of(std::size_t area) const;
    std::span<const Range> areas() const { return areas_; }
    double top() const { return tops_.front(); }
    double bottom() const { return bottom_of(areas_.size() - 1); }

private:
    double length_of(std::uint64_t bytes) const { return static_cast<double>(bytes) * per_byte_; }

    std::vector<Range> areas_;
    std::vector<double> tops_;
    double per_byte_;
};

// The areas that hold RAM: what lies before the first and behind the last is left out, and so are gaps and
// reserved pieces that are large compared with all RAM. Empty where there is no RAM at all.
std::vector<Range> areas_with_ram(std::span<const MemoryPiece> map);

// A stretch of one kind between two heights.
struct Stretch {
    double top, bottom;
    PieceKind kind;
};

// What is seen of the pieces: in each row of half a unit the kind that has most of it. As many stretches as
// there are rows at most, however many pieces there are.
std::vector<Stretch> stretches(std::span<const MemoryPiece> map, const Scale &scale);

// Segments that lie close together, each group with a margin around it that lies in `map`'s addresses.
struct Cluster {
    Range view;
    std::vector<MemoryPiece> segments; // ascending
};
std::vector<Cluster> clusters_of(std::span<const MemoryPiece> map);

// Heights at least `apart` from each other, in their order, near the wanted ones and not below `top`.
std::vector<double> spread(std::vector<double> wanted, double apart, double top);

} // namespace kexec
