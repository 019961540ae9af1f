// SPDX-License-Identifier: GPL-2.0-or-later
// Where the bytes of a dump come from: a file, a pipe, the pieces of a flattened file. A reader asks for
// little at a time; nothing ever holds a whole dump.
#pragma once

#include "base/bytes.h"

#include <vector>

namespace kexec {

struct DumpExtent {
    std::uint64_t offset;
    std::uint64_t size;
};

class DumpSource {
public:
    DumpSource() = default;
    DumpSource(const DumpSource &) = delete;
    DumpSource &operator=(const DumpSource &) = delete;
    virtual ~DumpSource() = default;

    // As many of the bytes at `offset` as there are, up to the size of `target`: fewer only at the end. An
    // error where they cannot be had (any more).
    virtual Result<std::size_t> read(std::uint64_t offset, MutableBytes target) = 0;

    // A pipe.
    virtual bool goes_forward_only() const { return false; }
    // False for what a pipe has passed and not kept.
    virtual bool holds(std::uint64_t) const { return true; }

    // These are about to be read, in any order: a pipe goes forward once and keeps them.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): one sorts them
    virtual void gather(std::vector<DumpExtent>) {}
};

// All of `target`, or Cause::bad_image; `what` names it.
Result<void> read_all(DumpSource &source, std::uint64_t offset, MutableBytes target, std::string_view what);

} // namespace kexec
