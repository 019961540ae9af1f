// SPDX-License-Identifier: GPL-2.0-or-later
// Counting bits in groups.
#include "dump/page_rank.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t smallest_group = 4096; // bytes, for 128 MiB of memory in pages of 4 KiB
constexpr std::uint64_t most_groups = 64 << 10;

// Bits of `bytes`, the first of which has the number `first`, from bit `from` up to bit `end`, excluded.
std::uint64_t count_bits(Bytes bytes, std::uint64_t first, std::uint64_t from, std::uint64_t end) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < bytes.size(); i++) {
        std::uint64_t bit = first + 8 * i;
        auto byte = std::to_integer<unsigned>(bytes[i]);
        if (bit >= end || bit + 8 <= from)
            continue;
        if (bit < from)
            byte &= 0xffU << (from - bit);
        if (end - bit < 8)
            byte &= 0xffU >> (8 - (end - bit));
        count += static_cast<unsigned>(std::popcount(byte & 0xff));
    }
    return count;
}

} // namespace

Result<PageRank> PageRank::count(DumpSource &source, const PageBitmap &bitmap,
                                 std::vector<std::string> &notes) {
    PageRank rank(bitmap);
    std::uint64_t size = bitmap.frames / 8 + (bitmap.frames % 8 != 0);
    rank.group_ = smallest_group;
    while (size / rank.group_ >= most_groups)
        rank.group_ *= 2;
    std::uint64_t kept = 0;
    Buffer bytes(smallest_group);
    for (std::uint64_t done = 0; done < size; done += smallest_group) {
        if (done % rank.group_ == 0)
            rank.before_.push_back(kept);
        MutableBytes part = MutableBytes(bytes).first(std::min<std::uint64_t>(smallest_group, size - done));
        std::size_t got = source.read(bitmap.offset + done, part).value_or(0);
        kept += count_bits(part.first(got), 8 * done, bitmap.first_frame, bitmap.end_frame);
        if (got < part.size()) {
            notes.push_back(fmt::format("the dump ends inside the bitmap of its pages, after {} of {} bytes; "
                                        "going on with the pages that are known",
                                        done + got, size));
            rank.bitmap_.frames = 8 * (done + got);
            break;
        }
    }
    return rank;
}

Result<std::optional<std::uint64_t>> PageRank::of(DumpSource &source, std::uint64_t frame) {
    if (frame >= bitmap_.frames || frame < bitmap_.first_frame || frame >= bitmap_.end_frame)
        return std::nullopt;
    std::uint64_t group = frame / 8 / group_, start = group * group_;
    std::uint64_t rank = before_[group];
    Buffer bytes(smallest_group);
    for (std::uint64_t at = start;; at += smallest_group) {
        std::uint64_t size = std::min(smallest_group, frame / 8 - at + 1);
        MutableBytes part = MutableBytes(bytes).first(size);
        TRY(read_all(source, bitmap_.offset + at, part, "the bitmap of pages"));
        rank += count_bits(part, 8 * at, bitmap_.first_frame, frame);
        if (at + size <= frame / 8)
            continue;
        bool is_kept = std::to_integer<unsigned>(part[size - 1]) >> frame % 8 & 1;
        return is_kept ? std::optional(rank) : std::nullopt;
    }
}

} // namespace kexec
