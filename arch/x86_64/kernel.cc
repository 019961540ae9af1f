// SPDX-License-Identifier: GPL-2.0-or-later
// Placing a bzImage by the boot protocol (Documentation/arch/x86/boot.rst, "Relocatable kernels", "64-bit
// boot protocol"), and a vmlinux by its program headers, moved as a whole where its own place is taken.
#include "arch/x86_64/kernel.h"

#include "image/linux_banner.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::x86_64 {
namespace {

// The decompressor moves a kernel that it finds below 1 MiB; the 32-bit entry cannot be reached above 4 GiB,
// and the initrd and command line have 32-bit addresses there.
constexpr std::uint64_t lowest_kernel = 0x100000;
constexpr std::uint64_t lowest_initrd = 0x1000000;
constexpr std::uint64_t highest_32_bit_kernel = 0x37ffffff;

Range up_from(std::uint64_t first) { return *Range::between(first, Range::everything().last()); }

// boot.rst, init_size: one that is not relocatable is loaded at 1 MiB and runs at its preferred address.
Result<Range> span_of_fixed(const BzImage &image) {
    std::uint64_t runs_at = std::max(lowest_kernel, image.preferred_address);
    auto end =
        image.init_size <= UINT64_MAX - runs_at ? align_up(runs_at + image.init_size, page) : std::nullopt;
    auto span = end ? Range::between(lowest_kernel, *end - 1) : std::nullopt;
    if (!span)
        return fail(Cause::bad_image,
                    fmt::format("the kernel wants to run at {:#x}, where there is no room for it", runs_at),
                    "name another file");
    return *span;
}

Result<Range> place_for_32_bit(const BzImage &image, Placer &placer) {
    std::uint64_t first = std::max(lowest_kernel, image.preferred_address);
    auto window = Range::between(first, std::min(highest_32_bit_kernel, image.initrd_last));
    if (!image.relocatable)
        return placer.exactly("a kernel that is not relocatable", TRY(span_of_fixed(image)));
    if (!window)
        return fail(Cause::bad_image,
                    fmt::format("the kernel wants to lie at {:#x} or above, which its 32-bit entry "
                                "cannot reach",
                                first),
                    "leave out --entry-32bit");
    return placer.lowest("the kernel", image.init_size, image.kernel_alignment, *window);
}

// boot.rst: a relocatable kernel may lie on any multiple of kernel_alignment; below its preferred address it
// would move itself up. init_size bytes from there on are its own while it unpacks.
Result<PlacedKernel> place_bzimage(const BzImage &image, Door door, Placer &placer) {
    Range place = door == Door::entry_64_bit
                      ? TRY(placer.highest("the kernel", image.init_size, image.kernel_alignment,
                                           up_from(std::max(lowest_kernel, image.preferred_address))))
                      : TRY(place_for_32_bit(image, placer));
    // boot.rst: the 64-bit entry stands 0x200 behind the 32-bit one, at the start of the loaded kernel.
    std::uint64_t entry = place.first() + (door == Door::entry_64_bit ? 0x200 : 0);
    Range initrd_window =
        door == Door::entry_64_bit
            ? initrd_window_64_bit()
            : *Range::between(std::min(lowest_initrd, image.initrd_last), image.initrd_last);
    return PlacedKernel{.segments = {{.name = "kernel", .destination = place, .bytes = image.kernel}},
                        .entry = entry,
                        .door = door,
                        .header = header_of(image),
                        .takes_efi = image.efi_kexec,
                        .initrd_window = initrd_window};
}

Error not_movable(const Vmlinux &kernel, const Request &request) {
    bool crash = request.settings.purpose == Purpose::crash;
    std::string there =
        crash ? fmt::format("the crash reservation {}", to_string(request.machine.crash_reservations.back()))
              : std::string("free memory");
    return {Cause::no_room,
            fmt::format("this vmlinux cannot be moved and must lie at {}, which is not in {}",
                        to_string(kernel.linked), there),
            "use a kernel built with CONFIG_RELOCATABLE, or its bzImage", 0};
}

Result<PlacedKernel> place_vmlinux(const Elf &elf, const Request &request, Placer &placer) {
    Vmlinux kernel = TRY(examine_vmlinux(elf));
    if (kernel.linked.size() > UINT32_MAX)
        return fail(Cause::bad_image, fmt::format("the kernel spans {}", to_string(kernel.linked)),
                    "name another file");
    Range place = TRY(place_of(kernel, request, placer));
    std::uint64_t delta = place.first() - kernel.linked.first(); // wraps where it moves down, and back again
    return PlacedKernel{.segments = segments_of(elf, delta),
                        .entry = elf.entry + delta,
                        .door = kernel.door,
                        .header = made_up_header(kernel),
                        .takes_efi = kernel.takes_efi,
                        .initrd_window = kernel.door == Door::entry_64_bit
                                             ? initrd_window_64_bit()
                                             : *Range::between(lowest_initrd, highest_32_bit_kernel)};
}

} // namespace

SetupHeader header_of(const BzImage &image) {
    SetupHeader header{};
    std::memcpy(&header, image.header.data(), std::min(sizeof header, image.header.size()));
    return header;
}

SetupHeader made_up_header(const Vmlinux &kernel) {
    SetupHeader header{};
    header.boot_flag = 0xaa55;
    header.header = 0x53726448; // "HdrS"
    header.version = 0x020f;
    header.root_flags = 1; // the root file system is mounted read-only, as bzImages ask
    header.loadflags = loadflag_loaded_high;
    header.initrd_addr_max = 0x7fffffff;
    header.kernel_alignment = vmlinux_step;
    header.relocatable_kernel = kernel.movable;
    header.cmdline_size = 2047;
    header.pref_address = kernel.linked.first();
    header.init_size = static_cast<std::uint32_t>(kernel.linked.size());
    return header;
}

Range initrd_window_64_bit() { return up_from(lowest_initrd); }

Result<Range> place_of(const Vmlinux &kernel, const Request &request, Placer &placer) {
    if (placer.is_free(kernel.linked))
        return placer.exactly("the kernel", kernel.linked);
    if (!kernel.movable)
        return Failure(not_movable(kernel, request));
    return placer.lowest("the kernel", kernel.linked.size(), vmlinux_step, up_from(lowest_kernel));
}

std::vector<Segment> segments_of(const Elf &elf, std::uint64_t delta) {
    std::vector<Segment> segments;
    for (const ElfSegment &segment : elf.segments) {
        if (!is_loaded(segment))
            continue;
        std::uint64_t size = *align_up(segment.memory_size, page); // linked_span has checked it
        segments.push_back({.name = fmt::format("kernel.{}", segments.size()),
                            .destination = *Range::sized(segment.physical_address + delta, size),
                            .bytes = elf.bytes_of(segment)});
    }
    return segments;
}

std::uint32_t command_line_limit(const Image &image) {
    const auto *bzimage = std::get_if<BzImage>(&image.content);
    return bzimage ? bzimage->command_line_size : 2047; // COMMAND_LINE_SIZE is 2048, with its NUL, on x86
}

Door door_of(const Request &request) {
    if (const auto *elf = std::get_if<Elf>(&request.image.content))
        return elf->is_64_bit ? Door::entry_64_bit : Door::entry_32_bit;
    const auto *image = std::get_if<BzImage>(&request.image.content);
    bool asked = request.settings.has(OptionId::entry_32bit) || request.image.format->name == "bzImage";
    return image && (asked || !image->entry_64_bit) ? Door::entry_32_bit : Door::entry_64_bit;
}

Result<PlacedKernel> place_kernel(const Request &request, Placer &placer) {
    if (const auto *bzimage = std::get_if<BzImage>(&request.image.content))
        return place_bzimage(*bzimage, door_of(request), placer);
    return place_vmlinux(std::get<Elf>(request.image.content), request, placer);
}

} // namespace kexec::x86_64
