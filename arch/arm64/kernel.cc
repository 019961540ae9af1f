// SPDX-License-Identifier: GPL-2.0-or-later
// Placing by Documentation/arch/arm64/booting.rst ("4. Call the kernel image"). A vmlinux is what an Image is
// made of (arch/arm64/boot/Makefile: objcopy), with the Image's header at its entry.
#include "arch/arm64/kernel.h"

#include "arch/arm64/arm64.h"
#include "plan/kernel_pieces.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::arm64 {
namespace {

constexpr std::uint64_t gibibyte = 1 << 30;
constexpr std::uint64_t initrd_reach = 32 * gibibyte;
constexpr std::uint64_t legacy_tree_reach = 512 << 20;
constexpr Range first_32_bits = *Range::between(0, UINT32_MAX);
constexpr Range first_48_bits = *Range::between(0, (std::uint64_t{1} << 48) - 1);

struct Layout {
    std::vector<KernelPiece> pieces; // ascending, disjoint
    std::uint64_t text_offset, image_size;
    bool anywhere, legacy;
};

Layout layout_of(const Arm64Image &image) {
    return {.pieces = {{"kernel", 0, image.image_size, image.bytes}},
            .text_offset = image.text_offset,
            .image_size = image.image_size,
            .anywhere = image.anywhere,
            .legacy = image.legacy};
}

Result<Layout> layout_of(const Elf &elf) {
    std::vector<KernelPiece> pieces = TRY(pieces_of(elf));
    auto image = TRY(parse_start_of_arm64_image(pieces.front().bytes));
    if (!image)
        return fail(Cause::unsupported,
                    "this ELF file is no Linux kernel: its entry does not start with an Image's header",
                    "name a vmlinux or an Image");
    std::uint64_t size = std::max(image->image_size, pieces.back().offset + pieces.back().size);
    pieces.back().size = size - pieces.back().offset;
    return Layout{.pieces = std::move(pieces),
                  .text_offset = image->text_offset,
                  .image_size = size,
                  .anywhere = image->anywhere,
                  .legacy = image->legacy};
}

Result<Layout> layout_of(const Image &image) {
    if (const auto *flat = std::get_if<Arm64Image>(&image.content))
        return layout_of(*flat);
    if (const auto *elf = std::get_if<Elf>(&image.content))
        return layout_of(*elf);
    return fail(Cause::unsupported, "this kernel is not one of arm64", "name an Image or a vmlinux");
}

bool goes_high(const Request &request, const Layout &layout) {
    return layout.anywhere && request.settings.purpose == Purpose::reboot;
}

// What lies between the base and the kernel is left free too: old kernels put their page tables there.
Result<Range> place_span(const Request &request, const Layout &layout, Placer &placer) {
    std::uint64_t size = layout.text_offset + layout.image_size;
    if (goes_high(request, layout))
        if (auto place = placer.highest("the kernel", size, base_step, first_32_bits))
            return place;
    return placer.lowest("the kernel", size, base_step,
                         layout.anywhere ? first_48_bits : Range::everything());
}

} // namespace

Result<PlacedKernel> place_kernel(const Request &request, Placer &placer) {
    std::uint64_t page = std::get<Arm64Facts>(request.machine.own).page_size;
    Layout layout = TRY(layout_of(request.image));
    Range span = TRY(place_span(request, layout, placer));
    std::uint64_t start = span.first() + layout.text_offset;
    PlacedKernel placed{.segments = {},
                        .storage = {},
                        .span = span,
                        .entry = start,
                        .legacy = layout.legacy,
                        .high = goes_high(request, layout)};
    placed.segments = segments_at(std::move(layout.pieces), start, page, placed.storage);
    return placed;
}

// booting.rst: kernel and initrd lie in one window that starts on a multiple of 1 GiB and has 32 GiB. Either
// the window starts with the kernel, or it ends with it.
std::vector<Range> initrd_windows(Range kernel) {
    std::uint64_t lowest = align_down(kernel.first(), gibibyte);
    std::vector<Range> windows;
    if (auto above = Range::between(kernel.last() + 1, lowest + (initrd_reach - 1)))
        windows.push_back(*above);
    std::uint64_t end = align_up(kernel.last() + 1, gibibyte).value_or(UINT64_MAX);
    if (kernel.first() != 0)
        if (auto below = Range::between(end > initrd_reach ? end - initrd_reach : 0, kernel.first() - 1))
            windows.push_back(*below);
    return windows;
}

// booting.rst: versions prior to 4.2 want it within 512 MiB of the kernel's base; for a kernel that does not
// tell its version, near is tried first.
std::vector<Range> tree_windows(const PlacedKernel &kernel) {
    std::uint64_t base = kernel.span.first();
    std::vector<Range> windows;
    if (auto near = Range::between(kernel.span.last() + 1, base + (legacy_tree_reach - 1)))
        windows.push_back(*near);
    if (!kernel.legacy)
        windows.push_back(Range::everything());
    return windows;
}

} // namespace kexec::arm64
