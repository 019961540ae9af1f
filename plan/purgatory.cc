// SPDX-License-Identifier: GPL-2.0-or-later
// Fills purgatory parameters in either byte order, and seals a plan: one SHA-256 per segment over the bytes
// that come from files. The zeros behind them are no data: whoever is entered clears its own bss.
#include "plan/purgatory.h"

#include "purgatory/sha256.h"

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

template <typename U64, typename U32> void write_regions(const SegmentLoad &plan) {
    Parameters<U64, U32> stored;
    std::memcpy(&stored, plan.purgatory->data() + PURGATORY_PARAMETERS, sizeof stored);
    if (stored.flags & purgatory::flag::skip_checks)
        return;
    std::size_t slot = 0;
    for (const Segment &segment : plan.segments) {
        if (!segment.verified || segment.bytes.empty())
            continue;
        auto &region = stored.regions[slot++]; // check() has counted the segments
        region.start = segment.destination.first();
        region.size = segment.bytes.size();
        purgatory::Sha256 sum;
        sum.update(reinterpret_cast<const std::uint8_t *>(segment.bytes.data()), segment.bytes.size());
        sum.finish(region.digest);
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
