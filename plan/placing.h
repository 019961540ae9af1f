// SPDX-License-Identifier: GPL-2.0-or-later
// Where things go: a Placer hands out pieces of free memory, each piece once.
#pragma once

#include "base/range.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace kexec {

class Placer {
public:
    // Hands out whole pages of `free` inside `window`. `remedy` is what the user is told when the room is too
    // small.
    Placer(const Ranges &free, Range window, std::uint64_t page, std::string remedy);

    // The lowest or the highest place inside `within` for `size` bytes (not 0), rounded up to whole pages, on
    // a multiple of `align` (a power of two; at least a page is taken). Cause::no_room names what did not
    // fit.
    Result<Range> lowest(std::string_view name, std::uint64_t size, std::uint64_t align, Range within);
    Result<Range> highest(std::string_view name, std::uint64_t size, std::uint64_t align, Range within);
    // The highest where `high` says so, the lowest where not.
    Result<Range> at_end(bool high, std::string_view name, std::uint64_t size, std::uint64_t align,
                         Range within) {
        return high ? highest(name, size, align, within) : lowest(name, size, align, within);
    }
    // One of all places in `free` memory inside `within`, each as likely as `random` is even; how many there
    // are is put into `places`.
    Result<Range> any(std::string_view name, std::uint64_t size, std::uint64_t align, Range within,
                      std::uint64_t random, std::uint64_t &places);
    // Exactly this range, which must be whole pages.
    Result<Range> exactly(std::string_view name, Range range);

    // Takes away what is not to be handed out.
    void keep_out_of(const Ranges &ranges) { free_.remove(ranges); }

    bool is_free(Range range) const { return free_.contains(range); }

private:
    Result<std::uint64_t> whole_pages(std::string_view name, std::uint64_t size) const;
    Result<Range> taken(std::string_view name, std::uint64_t size, std::uint64_t align, Range within,
                        std::optional<Range> place);

    Ranges free_;
    std::uint64_t page_;
    std::string remedy_;
};

} // namespace kexec
