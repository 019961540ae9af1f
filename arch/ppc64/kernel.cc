// SPDX-License-Identifier: GPL-2.0-or-later
// By arch/powerpc/kernel/head_64.S. From the first byte on: the entry; at 0x5c a word that tells whether the
// kernel is to stay where it was loaded; at 0x60 the code in which secondary processors wait.
#include "arch/ppc64/kernel.h"

#include "plan/kernel_pieces.h"

#include <fmt/core.h>

namespace kexec::ppc64 {
namespace {

constexpr std::size_t head_bytes = 0x100;
constexpr std::uint64_t run_at_load_offset = 0x5c;
constexpr std::uint32_t run_at_0 = 0x72756e30; // "run0", the mark of a kernel that can stay elsewhere
constexpr std::uint32_t run_where_loaded = 1;
// The kernel finds itself by its own address, and counts on the largest page there is.
constexpr std::uint64_t kernel_step = 65536;

std::uint32_t word_at(Bytes bytes, std::uint64_t offset, std::endian order) {
    return order == std::endian::big ? std::uint32_t{read_at<be32>(bytes, offset, "").value_or(be32{})}
                                     : std::uint32_t{read_at<le32>(bytes, offset, "").value_or(le32{})};
}

// A little-endian program stores this where a kernel of that byte order is to read 1.
std::uint32_t one_in(std::endian order) {
    return order == std::endian::big ? run_where_loaded << 24 : run_where_loaded;
}

Result<std::uint32_t> run_at_load_word(const Request &request, const Elf &elf, Bytes head) {
    if (request.settings.purpose != Purpose::crash)
        return 0U;
    std::uint32_t found = word_at(head, run_at_load_offset, elf.order);
    if (found != run_at_0 && found != run_where_loaded)
        return fail(Cause::unsupported,
                    "this kernel runs at the bottom of memory only, which is a part of what is to be dumped",
                    "name a kernel that was built with CONFIG_RELOCATABLE");
    return one_in(elf.order);
}

} // namespace

Result<PlacedKernel> place_kernel(const Request &request, Placer &placer, bool high) {
    const auto &elf = std::get<Elf>(request.image.content);
    std::uint64_t page = std::get<Ppc64Facts>(request.machine.own).page_size;
    std::vector<KernelPiece> pieces = TRY(pieces_of(elf));
    Bytes first = pieces.front().bytes;
    if (first.size() < head_bytes)
        return fail(Cause::bad_image,
                    fmt::format("the vmlinux has {} bytes at its entry, a kernel has at least {}",
                                first.size(), head_bytes),
                    "name another file");
    Bytes head = first.first(head_bytes);
    std::uint32_t run_at_load = TRY(run_at_load_word(request, elf, head));
    std::uint64_t size = pieces.back().offset + pieces.back().size;
    Range span = TRY(placer.at_end(high, "the kernel", size, kernel_step, Range::everything()));
    PlacedKernel placed{
        .segments = {}, .storage = {}, .span = span, .head = head, .run_at_load = run_at_load};
    placed.segments = segments_at(std::move(pieces), span.first(), page, placed.storage);
    return placed;
}

} // namespace kexec::ppc64
