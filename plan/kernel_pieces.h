// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel that moves itself, in the pieces that it is loaded as: those of a vmlinux, or all of a flat image.
#pragma once

#include "base/elf.h"
#include "plan/plan.h"

namespace kexec {

// What is to be loaded, by its distance from the kernel's first byte.
struct KernelPiece {
    std::string name;
    std::uint64_t offset;
    std::uint64_t size; // in memory; zeros follow the bytes
    Bytes bytes;
};

// A vmlinux that spans more bytes is damaged: pieces that share a page are joined in memory, gaps and all.
inline constexpr std::uint64_t longest_vmlinux = std::uint64_t{1} << 30;

// The segments that are loaded, ascending, by their virtual addresses: such a kernel turns on its own
// mapping, so the physical ones mean nothing. What lies between two of them belongs to the lower one.
// Cause::bad_image where the first does not start at the entry, two overlap, or they span more than
// longest_vmlinux.
Result<std::vector<KernelPiece>> pieces_of(const Elf &vmlinux);

// Segments for a kernel whose first byte lies at `start`, made of whole pages of the running kernel. Pieces
// that share a page become one, whose bytes are put into `storage`. The caller has seen that the room is
// there.
std::vector<Segment> segments_at(std::vector<KernelPiece> pieces, std::uint64_t start, std::uint64_t page,
                                 std::vector<std::shared_ptr<const void>> &storage);

} // namespace kexec
