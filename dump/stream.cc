// SPDX-License-Identifier: GPL-2.0-or-later
// Going forward through a pipe.
#include "dump/stream.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t piece_size = 64 << 10;

} // namespace

StreamSource::StreamSource(Next next, std::uint64_t window, std::uint64_t ceiling)
    : next_(std::move(next)), window_(std::max(window, 2 * piece_size)), ceiling_(ceiling) {}

// Reads until `end` lies in the window, or the stream ends.
Result<void> StreamSource::advance(std::uint64_t end) {
    while (end_ < end && !ended_) {
        Buffer piece;
        if (end_ - start_ >= window_) {
            piece = std::move(pieces_.front());
            pieces_.pop_front();
            start_ += piece_size;
        }
        piece.resize(piece_size);
        piece.resize(TRY(next_(piece)));
        ended_ = piece.size() < piece_size;
        end_ += piece.size();
        pieces_.push_back(std::move(piece));
    }
    return {};
}

std::size_t StreamSource::copy_kept(std::uint64_t offset, MutableBytes target) const {
    std::size_t filled = 0;
    while (filled < target.size()) {
        auto after = kept_.upper_bound(offset + filled);
        if (after == kept_.begin())
            break;
        const auto &[first, bytes] = *std::prev(after);
        std::uint64_t inside = offset + filled - first;
        if (inside >= bytes.size())
            break;
        std::size_t size = std::min<std::size_t>(bytes.size() - inside, target.size() - filled);
        std::ranges::copy(Bytes(bytes).subspan(inside, size), target.begin() + std::ptrdiff_t(filled));
        filled += size;
    }
    return filled;
}

// All of `target` lies in the window.
void StreamSource::copy_passed(std::uint64_t offset, MutableBytes target) const {
    std::size_t filled = 0;
    while (filled < target.size()) {
        std::uint64_t at = offset + filled - start_;
        Bytes piece = Bytes(pieces_[at / piece_size]).subspan(at % piece_size);
        std::size_t size = std::min(piece.size(), target.size() - filled);
        std::ranges::copy(piece.first(size), target.begin() + std::ptrdiff_t(filled));
        filled += size;
    }
}

bool StreamSource::holds(std::uint64_t offset) const {
    std::byte one{};
    return offset >= start_ || copy_kept(offset, MutableBytes(&one, 1)) == 1;
}

Result<std::size_t> StreamSource::read(std::uint64_t offset, MutableBytes target) {
    if (UINT64_MAX - offset < target.size())
        return 0;
    if (std::size_t kept = copy_kept(offset, target); kept == target.size())
        return kept;
    if (offset < start_)
        return fail(Cause::unsupported,
                    fmt::format("the pipe has passed offset {:#x}, and a pipe does not go back", offset),
                    "write the dump to a file, and name that");
    // In steps, so that what was asked for cannot push its own start out of the window.
    std::size_t filled = 0;
    while (filled < target.size()) {
        std::uint64_t at = offset + filled;
        std::size_t wanted = std::min<std::size_t>(target.size() - filled, piece_size);
        TRY(advance(at + wanted));
        std::size_t there = at < end_ ? std::min<std::uint64_t>(wanted, end_ - at) : 0;
        copy_passed(at, target.subspan(filled, there));
        filled += there;
        if (there < wanted)
            break;
    }
    return filled;
}

void StreamSource::gather(std::vector<DumpExtent> extents) {
    std::ranges::sort(extents, {}, &DumpExtent::offset);
    for (const DumpExtent &extent : extents)
        for (std::uint64_t done = 0; done < extent.size && kept_size_ < ceiling_;) {
            Buffer bytes(std::min(extent.size - done, piece_size));
            auto got = read(extent.offset + done, bytes);
            done += bytes.size();
            if (!got || *got == 0)
                continue; // whoever asks for it later will be told
            bytes.resize(*got);
            kept_size_ += *got;
            kept_.insert_or_assign(extent.offset + done - bytes.size(), std::move(bytes));
        }
}

} // namespace kexec
