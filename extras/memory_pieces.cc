// SPDX-License-Identifier: GPL-2.0-or-later
// Sets of addresses, each less those that rank before it: segments, reservations, free RAM, other RAM.
#include "extras/memory_pieces.h"

#include <algorithm>

namespace kexec {
namespace {

Ranges reservations_of(const Machine &machine) {
    Ranges reservations;
    for (Range range : machine.crash_reservations)
        reservations.add(range);
    return reservations;
}

Ranges less(Ranges ranges, const Ranges &first, const Ranges &second = {}) {
    ranges.remove(first);
    ranges.remove(second);
    return ranges;
}

void add(std::vector<MemoryPiece> &pieces, const Ranges &ranges, PieceKind kind, std::string_view name = {}) {
    for (Range range : ranges)
        pieces.push_back({range, kind, std::string(name)});
}

constexpr MemoryType not_ram[] = {MemoryType::reserved,     MemoryType::acpi_tables,
                                  MemoryType::acpi_nvs,     MemoryType::unusable,
                                  MemoryType::persistent,   MemoryType::persistent_legacy,
                                  MemoryType::soft_reserved};

} // namespace

std::string_view name_of(PieceKind kind) {
    switch (kind) {
    case PieceKind::free: return "free";
    case PieceKind::taken: return "taken";
    case PieceKind::reservation: return "crash reservation";
    case PieceKind::reserved: return "reserved";
    case PieceKind::segment: return "segment";
    }
    return "";
}

MemoryTotals memory_totals(const Machine &machine) {
    return {.ram = machine.memory.of_type(MemoryType::ram).size(),
            .free = less(free_ram(machine), reservations_of(machine)).size(),
            .reservations = machine.crash_reservations};
}

std::vector<MemoryPiece> memory_pieces(const Machine &machine, std::span<const Segment> segments) {
    Ranges loaded, reservations = reservations_of(machine), free = free_ram(machine);
    std::vector<MemoryPiece> pieces;
    for (const Segment &segment : segments) {
        if (segment.drawn)
            continue;
        loaded.add(segment.destination);
        pieces.push_back({segment.destination, PieceKind::segment, segment.name});
    }
    Ranges taken = less(machine.memory.of_type(MemoryType::ram), free, reservations);
    add(pieces, less(reservations, loaded), PieceKind::reservation);
    add(pieces, less(free, reservations, loaded), PieceKind::free);
    add(pieces, less(taken, loaded), PieceKind::taken);
    for (MemoryType type : not_ram)
        add(pieces, less(machine.memory.of_type(type), loaded, reservations), PieceKind::reserved,
            name_of(type));
    std::ranges::sort(pieces, {}, [](const MemoryPiece &piece) { return piece.range.first(); });
    return pieces;
}

std::vector<MemoryPiece> pieces_around_segments(std::span<const MemoryPiece> pieces) {
    auto is_segment = [&](std::size_t i) {
        return i < pieces.size() && pieces[i].kind == PieceKind::segment;
    };
    std::vector<MemoryPiece> around;
    for (std::size_t i = 0; i < pieces.size(); i++)
        if (is_segment(i) || is_segment(i + 1) || (i > 0 && is_segment(i - 1)))
            around.push_back(pieces[i]);
    return around;
}

} // namespace kexec
