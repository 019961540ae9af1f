// SPDX-License-Identifier: GPL-2.0-or-later
// By the System V ABI, chapter 5 (program loading). The kernel that loads zeroes what follows the bytes of a
// segment (kernel/kexec_core.c).
#include "plan/kernel_pieces.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

Failure bad_vmlinux(std::string what) { return fail(Cause::bad_image, std::move(what), "name another file"); }

// What lies between two segments is zero in a flat image, and the kernel counts on it: arm64 has
// swapper_pg_dir there (arch/arm64/kernel/vmlinux.lds.S).
void close_gaps(std::vector<KernelPiece> &pieces) {
    for (std::size_t i = 1; i < pieces.size(); i++)
        pieces[i - 1].size = pieces[i].offset - pieces[i - 1].offset;
}

// kexec_load takes whole pages of the running kernel, which may be larger than those the kernel file was
// aligned for.
std::vector<KernelPiece> joined_by_pages(std::vector<KernelPiece> pieces, std::uint64_t start,
                                         std::uint64_t page,
                                         std::vector<std::shared_ptr<const void>> &storage) {
    auto on_pages = [&](const KernelPiece &piece) { return is_aligned(start + piece.offset, page); };
    if (std::ranges::all_of(pieces, on_pages))
        return pieces;
    std::uint64_t lead = start - align_down(start, page);
    const KernelPiece &last = pieces.back();
    auto whole = std::make_shared<Buffer>(lead + last.offset + last.bytes.size());
    for (const KernelPiece &piece : pieces)
        std::ranges::copy(piece.bytes, whole->begin() + static_cast<std::ptrdiff_t>(lead + piece.offset));
    storage.push_back(whole);
    return {{"kernel", 0 - lead, lead + last.offset + last.size, *whole}};
}

} // namespace

Result<std::vector<KernelPiece>> pieces_of(const Elf &vmlinux) {
    std::vector<KernelPiece> pieces;
    for (const ElfSegment &segment : vmlinux.segments) {
        if (segment.type != PT_LOAD || segment.memory_size == 0)
            continue;
        if (segment.virtual_address < vmlinux.entry)
            return bad_vmlinux(fmt::format("the vmlinux has a segment at {:#x}, below its entry {:#x}",
                                           segment.virtual_address, vmlinux.entry));
        pieces.push_back({fmt::format("kernel.{}", pieces.size()), segment.virtual_address - vmlinux.entry,
                          segment.memory_size, vmlinux.bytes_of(segment)});
    }
    std::ranges::sort(pieces, {}, &KernelPiece::offset);
    std::uint64_t end = 0;
    for (const KernelPiece &piece : pieces) {
        if (piece.offset < end || piece.offset > longest_vmlinux ||
            piece.size > longest_vmlinux - piece.offset)
            return bad_vmlinux(fmt::format(
                "seen from its entry {:#x}, the segments of the vmlinux overlap or span more than {} GiB",
                vmlinux.entry, longest_vmlinux >> 30));
        end = piece.offset + piece.size;
    }
    if (pieces.empty() || pieces.front().offset != 0)
        return bad_vmlinux(fmt::format("no segment of the vmlinux starts at its entry {:#x}", vmlinux.entry));
    close_gaps(pieces);
    return pieces;
}

std::vector<Segment> segments_at(std::vector<KernelPiece> pieces, std::uint64_t start, std::uint64_t page,
                                 std::vector<std::shared_ptr<const void>> &storage) {
    std::vector<Segment> segments;
    auto joined = joined_by_pages(std::move(pieces), start, page, storage);
    for (KernelPiece &piece : joined) {
        std::uint64_t size = *align_up(piece.size, page);
        segments.push_back({.name = std::move(piece.name),
                            .destination = *Range::sized(start + piece.offset, size),
                            .bytes = piece.bytes});
    }
    return segments;
}

} // namespace kexec
