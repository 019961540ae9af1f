// SPDX-License-Identifier: GPL-2.0-or-later
// Fills purgatory parameters in either byte order, and seals a plan: a SHA-256 of each segment, or of each
// half of one, over the bytes that come from files. The zeros behind them are no data: whoever is entered
// clears its own bss.
//
// A file, or a piece of one, that a region is part of is hashed from its first byte to its last, once: what
// its regions need is noted on the way (purgatory/parameters.h), and its own SHA-256 is there in the end.
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

// What is hashed, and which part of that each region is.
struct Region {
    std::uint64_t start; // physical
    std::size_t message;
    std::size_t part;
};

class Reading {
public:
    Reading(const SegmentLoad &plan, std::span<const Bytes> files) : messages_of_files(files.size()) {
        std::vector<const Segment *> segments = verified_segments(plan); // check() has counted them
        std::size_t spare = purgatory::region_count - std::min(segments.size(), purgatory::region_count);
        for (const Segment *segment : segments)
            add(*segment, files, spare);
    }

    std::vector<Message> messages;
    std::vector<Region> regions;
    std::vector<std::optional<std::size_t>> messages_of_files;

private:
    // A large segment is two regions while there are some to spare: the purgatory can work on two of one size
    // side by side.
    void add(const Segment &segment, std::span<const Bytes> files, std::size_t &spare) {
        constexpr std::size_t worth_cutting = 1 << 20;
        std::uint64_t start = segment.destination.first();
        Bytes bytes = segment.bytes;
        if (bytes.size() >= worth_cutting && spare > 0) {
            std::size_t first = cut_of(bytes, files);
            spare--;
            add_region(start, bytes.first(first), files);
            add_region(start + first, bytes.subspan(first), files);
        } else {
            add_region(start, bytes, files);
        }
    }

    // Where a piece of a file ends within the bytes, else in the middle.
    static std::size_t cut_of(Bytes bytes, std::span<const Bytes> files) {
        for (Bytes piece : files)
            if (auto first = place_in(bytes, piece.last(0)); first && *first > 0 && *first < bytes.size())
                return *first;
        return first_half_of(bytes.size());
    }

    void add_region(std::uint64_t start, Bytes bytes, std::span<const Bytes> files) {
        auto [message, before] = message_for(bytes, files);
        regions.push_back({start, message, messages[message].parts.size()});
        messages[message].parts.push_back({before, bytes.size()});
    }

    // The file that the bytes lie in, where its digest can be theirs as well, else they themselves; and how
    // many bytes of it come before.
    std::pair<std::size_t, std::size_t> message_for(Bytes bytes, std::span<const Bytes> files) {
        for (std::size_t i = 0; i < files.size(); i++) {
            auto before = place_in(files[i], bytes);
            if (!before || *before % sha256_block != 0)
                continue;
            auto &message = messages_of_files[i];
            if (message && end_of_parts(messages[*message]) > *before)
                continue;
            if (!message)
                message = added(files[i]);
            return {*message, *before};
        }
        return {added(bytes), 0};
    }

    std::size_t added(Bytes bytes) {
        messages.push_back({bytes});
        return messages.size() - 1;
    }

    static std::optional<std::size_t> place_in(Bytes file, Bytes bytes) {
        auto outer = reinterpret_cast<std::uintptr_t>(file.data());
        auto inner = reinterpret_cast<std::uintptr_t>(bytes.data());
        if (inner < outer || inner - outer > file.size() || bytes.size() > file.size() - (inner - outer))
            return std::nullopt;
        return inner - outer;
    }

    static std::size_t end_of_parts(const Message &message) {
        return message.parts.empty() ? 0 : message.parts.back().first + message.parts.back().size;
    }
};

template <typename U64, typename U32>
std::vector<std::optional<Digest>> write_chained(Parameters<U64, U32> &stored, const Reading &reading) {
    std::vector<MessageDigest> digests = digests_of(reading.messages);
    for (std::size_t i = 0; i < reading.regions.size(); i++) {
        const Region &region = reading.regions[i];
        const MessagePart &part = reading.messages[region.message].parts[region.part];
        const PartDigest &digest = digests[region.message].parts[region.part];
        auto &to = stored.regions[i];
        to.start = region.start;
        to.size = part.size;
        to.before = part.first;
        std::ranges::copy(digest.digest, to.digest);
        if (part.first > 0)
            std::ranges::copy(digest.state, to.state);
    }
    std::vector<std::optional<Digest>> of_files;
    for (const auto &message : reading.messages_of_files)
        of_files.push_back(message ? std::optional(digests[*message].whole) : std::nullopt);
    return of_files;
}

template <typename U64, typename U32>
void write_striped(Parameters<U64, U32> &stored, const SegmentLoad &plan) {
    std::size_t i = 0;
    for (const Segment *segment : verified_segments(plan)) {
        auto &region = stored.regions[i++];
        region.start = segment->destination.first();
        region.size = segment->bytes.size();
        std::ranges::copy(striped_digest_of(segment->bytes), region.digest);
    }
}

template <typename U64, typename U32>
std::vector<std::optional<Digest>> write_regions(const SegmentLoad &plan, std::span<const Bytes> files) {
    std::vector<std::optional<Digest>> digests(files.size());
    auto stored = stored_in<U64, U32>(plan);
    if (stored.flags & purgatory::flag::skip_checks)
        return digests;
    if (stored.flags & purgatory::flag::striped)
        write_striped(stored, plan);
    else
        digests = write_chained(stored, Reading(plan, files));
    write_at(*plan.purgatory, PURGATORY_PARAMETERS, stored);
    return digests;
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

std::vector<std::optional<Digest>> seal(SegmentLoad &plan, std::span<const Bytes> files) {
    if (!plan.purgatory)
        return std::vector<std::optional<Digest>>(files.size());
    return plan.order == std::endian::little ? write_regions<le64, le32>(plan, files)
                                             : write_regions<be64, be32>(plan, files);
}

} // namespace kexec
