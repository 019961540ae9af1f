// SPDX-License-Identifier: GPL-2.0-or-later
// How many pages a compressed dump keeps before a given one: that is the index of its descriptor. Counted in
// the bitmap, with one number kept for each so many bits, so that memory of any size takes half a MiB.
#pragma once

#include "dump/source.h"

#include <optional>
#include <string>

namespace kexec {

// A bit for each page frame from 0 on, the lowest bit of a byte first.
struct PageBitmap {
    std::uint64_t offset; // in the dump
    std::uint64_t frames; // bits
    std::uint64_t
        first_frame;         // of this file: one of several that makedumpfile --split wrote has less than all
    std::uint64_t end_frame; // one behind its last
};

class PageRank {
public:
    // Reads the whole bitmap once. One that is cut short counts as far as it goes, and `notes` gets a line.
    static Result<PageRank> count(DumpSource &source, const PageBitmap &bitmap,
                                  std::vector<std::string> &notes);

    // The index of the frame's descriptor; nothing where the dump does not keep it.
    Result<std::optional<std::uint64_t>> of(DumpSource &source, std::uint64_t frame);

private:
    explicit PageRank(const PageBitmap &bitmap) : bitmap_(bitmap) {}
    PageBitmap bitmap_;
    std::uint64_t group_ = 0;           // bytes of bitmap for each number
    std::vector<std::uint64_t> before_; // pages kept before each group
};

} // namespace kexec
