// SPDX-License-Identifier: GPL-2.0-or-later
// A dump that comes through a pipe, which goes forward only. What stays in memory: a window of what passed
// last, and what was gathered, which is the log.
#pragma once

#include "dump/source.h"

#include <deque>
#include <functional>
#include <map>

namespace kexec {

class StreamSource : public DumpSource {
public:
    // Fills the buffer; fewer bytes only at the end of the stream.
    using Next = std::function<Result<std::size_t>(MutableBytes)>;

    // How far behind the furthest byte read() can go back, and the most that gather() keeps, in bytes. The
    // log is 2 MiB as distributions build their kernels, with what belongs to it; it grows with log_buf_len=.
    static constexpr std::uint64_t usual_window = 8 << 20, usual_ceiling = 256 << 20;

    explicit StreamSource(Next next, std::uint64_t window = usual_window,
                          std::uint64_t ceiling = usual_ceiling);

    Result<std::size_t> read(std::uint64_t offset, MutableBytes target) override;
    bool goes_forward_only() const override { return true; }
    bool holds(std::uint64_t offset) const override;
    void gather(std::vector<DumpExtent> extents) override;

private:
    Result<void> advance(std::uint64_t end);
    std::size_t copy_kept(std::uint64_t offset, MutableBytes target) const;
    void copy_passed(std::uint64_t offset, MutableBytes target) const;

    Next next_;
    std::uint64_t window_, ceiling_;
    std::uint64_t start_ = 0, end_ = 0; // of the window, in the stream
    bool ended_ = false;
    std::deque<Buffer> pieces_;            // the window; all but the last have the same size
    std::map<std::uint64_t, Buffer> kept_; // by offset
    std::uint64_t kept_size_ = 0;
};

} // namespace kexec
