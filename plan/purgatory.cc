// SPDX-License-Identifier: GPL-2.0-or-later
// Fills purgatory parameters in either byte order, and seals a plan: one SHA-256 per segment over the bytes
// that come from files. The zeros behind them are no data: whoever is entered clears its own bss.
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

template <typename U64, typename U32> void write_regions(const SegmentLoad &plan) {
    auto stored = stored_in<U64, U32>(plan);
    if (stored.flags & purgatory::flag::skip_checks)
        return;
    std::size_t slot = 0;
    for (const Segment *segment : verified_segments(plan)) {
        auto &region = stored.regions[slot++]; // check() has counted the segments
        region.start = segment->destination.first();
        region.size = segment->bytes.size();
        std::ranges::copy(digest_of(segment->bytes), region.digest);
    }
    write_at(*plan.purgatory, PURGATORY_PARAMETERS, stored);
}

template <typename U64, typename U32>
std::optional<Digest> written_digest(const SegmentLoad &plan, Bytes bytes) {
    auto stored = stored_in<U64, U32>(plan);
    std::size_t slot = 0;
    for (const Segment *segment : verified_segments(plan)) {
        const auto &region = stored.regions[slot++];
        bool are_these = segment->bytes.data() == bytes.data() && segment->bytes.size() == bytes.size();
        if (are_these && region.size != 0) // 0: not sealed
            return std::to_array(region.digest);
    }
    return std::nullopt;
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

std::optional<Digest> sealed_digest(const SegmentLoad &plan, Bytes bytes) {
    if (!plan.purgatory)
        return std::nullopt;
    return plan.order == std::endian::little ? written_digest<le64, le32>(plan, bytes)
                                             : written_digest<be64, be32>(plan, bytes);
}

} // namespace kexec
