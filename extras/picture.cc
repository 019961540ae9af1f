// SPDX-License-Identifier: GPL-2.0-or-later
// Heights are in the units of the picture, from its top down; addresses grow downwards, as in /proc/iomem.
#include "extras/picture.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kexec {
namespace {

constexpr double rows_in_unit = 2;
constexpr std::size_t kinds = 5; // of PieceKind
constexpr std::uint64_t page = 4096;

std::uint64_t size_of_ram(std::span<const MemoryPiece> map) {
    std::uint64_t size = 0;
    for (const MemoryPiece &piece : map)
        if (piece.kind != PieceKind::reserved)
            size += piece.range.size();
    return size;
}

using Row = std::array<double, kinds>; // how much of it each kind has

void cover(std::vector<Row> &rows, double from, double to, PieceKind kind) {
    auto count = static_cast<double>(rows.size());
    from = std::clamp(from, 0.0, count);
    to = std::clamp(to, 0.0, count);
    for (auto row = static_cast<std::size_t>(from); static_cast<double>(row) < to; row++) {
        double start = std::max(from, static_cast<double>(row)),
               end = std::min(to, static_cast<double>(row) + 1);
        rows[row][static_cast<std::size_t>(kind)] += end - start;
    }
}

std::optional<PieceKind> kind_of(const Row &row) {
    auto most = std::ranges::max_element(row);
    constexpr double enough = 0.25; // of a row: less is a gap
    double covered = 0;
    for (double each : row)
        covered += each;
    return covered < enough ? std::nullopt : std::optional(static_cast<PieceKind>(most - row.begin()));
}

Range with_margin(Range range, Range limits) {
    std::uint64_t margin = align_down(range.size() / 16, page) + page;
    std::uint64_t first = range.first() - std::min(margin, range.first() - limits.first());
    std::uint64_t last = range.last() + std::min(margin, limits.last() - range.last());
    return Range::between(first, last).value_or(range);
}

} // namespace

Scale::Scale(std::vector<Range> areas, double top, double height, double break_height)
    : areas_(std::move(areas)) {
    double bytes = 0;
    for (Range area : areas_)
        bytes += static_cast<double>(area.size());
    double breaks = break_height * static_cast<double>(areas_.size() - 1);
    per_byte_ = std::max(height - breaks, 1.0) / bytes;
    for (Range area : areas_) {
        tops_.push_back(top);
        top += length_of(area.size()) + break_height;
    }
}

std::optional<double> Scale::height_of(std::uint64_t address) const {
    auto area = std::ranges::lower_bound(areas_, address, {}, &Range::last);
    if (area == areas_.end() || address < area->first())
        return std::nullopt;
    return tops_[static_cast<std::size_t>(area - areas_.begin())] + length_of(address - area->first());
}

double Scale::bottom_of(std::size_t area) const { return tops_[area] + length_of(areas_[area].size()); }

std::vector<Range> areas_with_ram(std::span<const MemoryPiece> map) {
    std::uint64_t largest_gap = size_of_ram(map) / 4;
    std::vector<Range> areas;
    auto extend = [&](Range range) {
        bool is_near = !areas.empty() && range.first() - areas.back().last() <= largest_gap + 1;
        auto joined = is_near ? Range::between(areas.back().first(), range.last()) : std::nullopt;
        if (joined)
            areas.back() = *joined;
        else
            areas.push_back(range);
    };
    for (const MemoryPiece &piece : map)
        if (piece.kind != PieceKind::reserved)
            extend(piece.range);
    // So scattered that breaks would take more room than memory.
    constexpr std::size_t most_areas = 8;
    if (areas.size() > most_areas)
        if (auto all = Range::between(areas.front().first(), areas.back().last()))
            return {*all};
    return areas;
}

std::vector<Stretch> stretches(std::span<const MemoryPiece> map, const Scale &scale) {
    auto count = static_cast<std::size_t>(std::ceil((scale.bottom() - scale.top()) * rows_in_unit));
    std::vector<Row> rows(count);
    for (const MemoryPiece &piece : map)
        for (Range area : scale.areas())
            if (auto part = piece.range.overlap(area))
                cover(rows, (*scale.height_of(part->first()) - scale.top()) * rows_in_unit,
                      (*scale.height_of(part->last()) - scale.top()) * rows_in_unit, piece.kind);
    std::vector<Stretch> found;
    for (std::size_t row = 0; row < count; row++) {
        auto kind = kind_of(rows[row]);
        double top = scale.top() + static_cast<double>(row) / rows_in_unit, bottom = top + 1 / rows_in_unit;
        if (kind && !found.empty() && found.back().kind == *kind && found.back().bottom == top)
            found.back().bottom = bottom;
        else if (kind)
            found.push_back({top, bottom, *kind});
    }
    return found;
}

std::vector<Cluster> clusters_of(std::span<const MemoryPiece> map) {
    constexpr std::uint64_t always_near = 1 << 20;
    std::vector<MemoryPiece> segments;
    std::uint64_t bytes = 0;
    for (const MemoryPiece &piece : map) {
        if (piece.kind != PieceKind::segment)
            continue;
        segments.push_back(piece);
        bytes += piece.range.size();
    }
    std::vector<Cluster> clusters;
    for (const MemoryPiece &segment : segments) {
        bool is_near = !clusters.empty() && segment.range.first() - clusters.back().view.last() <=
                                                std::max(bytes / 2, always_near);
        if (!is_near)
            clusters.push_back({segment.range, {}});
        clusters.back().view = *Range::between(clusters.back().view.first(), segment.range.last());
        clusters.back().segments.push_back(segment);
    }
    if (!clusters.empty())
        if (auto limits = Range::between(map.front().range.first(), map.back().range.last()))
            for (Cluster &cluster : clusters)
                cluster.view = with_margin(cluster.view, *limits);
    return clusters;
}

std::vector<double> spread(std::vector<double> wanted, double apart, double top) {
    double next = top;
    for (double &height : wanted) {
        height = std::max(height, next);
        next = height + apart;
    }
    return wanted;
}

} // namespace kexec
