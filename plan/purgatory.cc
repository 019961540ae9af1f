// SPDX-License-Identifier: GPL-2.0-or-later
// Fills purgatory parameters in either byte order, and seals a plan: a SHA-256 of each segment, or of each
// half of one, over the bytes that come from files. The zeros behind them are no data: whoever is entered
// clears its own bss.
#include "plan/purgatory.h"

#include <algorithm>

namespace kexec {
namespace {

template <typename U64, typename U32> using Parameters = purgatory::Parameters<U64, U32>;
static_assert(purgatory::has_contract_layout<Parameters<le64, le32>>());
static_assert(purgatory::has_contract_layout<Parameters<be64, be32>>());

template <typename U64, typename U32> void write_settings(Buffer &blob, const PurgatorySettings &settings) {
    Parameters<U64, U32> stored{};
    stored.entry = settings.entry;
    stored.argument = settings.argument;
    stored.flags = settings.flags;
    stored.backup.source = settings.backup.source;
    stored.backup.size = settings.backup.size;
    stored.backup.destination = settings.backup.destination;
    stored.console.address = settings.console.address;
    stored.console.kind = settings.console.kind;
    stored.console.baud = settings.console.baud;
    std::ranges::copy(settings.machine, stored.machine);
    write_at(blob, PURGATORY_PARAMETERS, stored);
}

// The segments that the purgatory verifies, in the order of its regions.
std::vector<const Segment *> verified_segments(const SegmentLoad &plan) {
    std::vector<const Segment *> verified;
    for (const Segment &segment : plan.segments)
        if (segment.verified && !segment.bytes.empty())
            verified.push_back(&segment);
    return verified;
}

template <typename U64, typename U32> Parameters<U64, U32> stored_in(const SegmentLoad &plan) {
    Parameters<U64, U32> stored;
    std::memcpy(&stored, plan.purgatory->data() + PURGATORY_PARAMETERS, sizeof stored);
    return stored;
}

// What one digest covers.
struct Piece {
    std::uint64_t start; // physical
    Bytes bytes;
};

// A large segment is two pieces while there are regions to spare: digests of two equal pieces can be
// computed side by side, but for striped ones, which are so already. It is cut between pages.
std::vector<Piece> pieces_of(const SegmentLoad &plan, bool striped) {
    constexpr std::size_t worth_cutting = 1 << 20, page = 4096;
    std::vector<const Segment *> segments = verified_segments(plan);
    std::size_t spare = purgatory::region_count - std::min(segments.size(), purgatory::region_count);
    std::vector<Piece> pieces;
    for (const Segment *segment : segments) {
        std::uint64_t start = segment->destination.first();
        std::size_t first = segment->bytes.size();
        if (!striped && first >= worth_cutting && spare > 0) {
            first = first / 2 / page * page;
            spare--;
        }
        pieces.push_back({start, segment->bytes.first(first)});
        if (first < segment->bytes.size())
            pieces.push_back({start + first, segment->bytes.subspan(first)});
    }
    return pieces;
}

std::vector<Digest> striped_digests_of(std::span<const Bytes> pieces) {
    std::vector<Digest> digests;
    for (Bytes piece : pieces)
        digests.push_back(striped_digest_of(piece));
    return digests;
}

template <typename U64, typename U32> void write_regions(const SegmentLoad &plan) {
    auto stored = stored_in<U64, U32>(plan);
    if (stored.flags & purgatory::flag::skip_checks)
        return;
    bool striped = stored.flags & purgatory::flag::striped;
    std::vector<Piece> pieces = pieces_of(plan, striped); // check() has counted the segments
    std::vector<Bytes> contents;
    for (const Piece &piece : pieces)
        contents.push_back(piece.bytes);
    std::vector<Digest> digests = striped ? striped_digests_of(contents) : digests_of(contents);
    for (std::size_t i = 0; i < pieces.size(); i++) {
        auto &region = stored.regions[i];
        region.start = pieces[i].start;
        region.size = pieces[i].bytes.size();
        std::ranges::copy(digests[i], region.digest);
    }
    write_at(*plan.purgatory, PURGATORY_PARAMETERS, stored);
}

} // namespace

std::shared_ptr<Buffer> prepare_purgatory(Bytes blob, std::endian order, const PurgatorySettings &settings) {
    auto prepared = std::make_shared<Buffer>(blob.begin(), blob.end());
    if (order == std::endian::little)
        write_settings<le64, le32>(*prepared, settings);
    else
        write_settings<be64, be32>(*prepared, settings);
    return prepared;
}

void seal(SegmentLoad &plan) {
    if (!plan.purgatory)
        return;
    if (plan.order == std::endian::little)
        write_regions<le64, le32>(plan);
    else
        write_regions<be64, be32>(plan);
}

} // namespace kexec
