// SPDX-License-Identifier: GPL-2.0-or-later
// What all sources share.
#include "dump/source.h"

#include <fmt/core.h>

namespace kexec {

Result<void> read_all(DumpSource &source, std::uint64_t offset, MutableBytes target, std::string_view what) {
    std::size_t got = TRY_WITHIN(what, source.read(offset, target));
    if (got < target.size())
        return fail(Cause::bad_image,
                    fmt::format("the dump ends inside {}: {} bytes at offset {:#x} are needed, {} are there",
                                what, target.size(), offset, got),
                    "copy the dump here again, or name another file");
    return {};
}

} // namespace kexec
