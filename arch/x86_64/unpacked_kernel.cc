// SPDX-License-Identifier: GPL-2.0-or-later
// The rules by which the decompressor draws addresses: physical ones from all free memory
// (find_random_phys_addr), virtual ones inside the mapping that the kernel has for itself
// (find_random_virt_addr), both in steps of CONFIG_PHYSICAL_ALIGN, and KASLR_FLAG says that it was done: the
// kernel draws the bases of its direct map, of vmalloc and of vmemmap only then (arch/x86/mm/kaslr.c). It
// draws none where the command line says nokaslr.
#include "arch/x86_64/unpacked_kernel.h"

#include "arch/x86_64/memory_words.h"
#include "base/compress.h"
#include "base/text.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::x86_64 {
namespace {

// KERNEL_IMAGE_SIZE of a kernel that can be randomised: it maps so much for itself.
constexpr std::uint64_t kernel_mapping = 1 << 30;
constexpr std::size_t physical_entropy = 32,
                      virtual_entropy = 40; // offsets; the seed of the random pool is before

bool has_word(std::string_view command_line, std::string_view word) {
    return std::ranges::count(words_of(command_line), word) > 0;
}

Failure in_the_way(std::string what) { return fail(Cause::unsupported, std::move(what), "leave --fast out"); }

// The kernel takes over whether CR4 has five-level paging (head64.c); the decompressor would have changed it.
Result<void> check_levels(const Request &request, const BzImage &image) {
    const auto &facts = std::get<X86_64Facts>(request.machine.own);
    if (!facts.kernel)
        return in_the_way("whether the running kernel uses five-level paging is not known: " +
                          facts.kernel_missing);
    bool runs_five = uses_five_levels(*facts.kernel);
    bool takes_five = image.five_level_enabled && !has_word(request.settings.command_line, "no5lvl");
    bool could_have_five = facts.has_la57 || has_word(request.machine.command_line, "no5lvl");
    if (runs_five && !takes_five)
        return in_the_way("the running kernel uses five-level paging, and the new one is not to");
    if (!runs_five && takes_five && could_have_five)
        return in_the_way("the new kernel is to use five-level paging, and the running one does not");
    return {};
}

Result<void> check_request(const Request &request) {
    const auto &facts = std::get<X86_64Facts>(request.machine.own);
    if (!facts.confidential.empty())
        return in_the_way(
            fmt::format("this is a confidential guest ({}), whose memory the kernel's own decompressor "
                        "has to prepare",
                        facts.confidential));
    if (door_of(request) == Door::entry_32_bit)
        return in_the_way("it is entered by its 32-bit entry, which belongs to the decompressor");
    if (has_word(request.settings.command_line, "movable_node"))
        return in_the_way(
            "movable_node is on its command line, and which memory will stay is for the kernel's own "
            "decompressor to find out");
    return {};
}

// The payload is followed by the size that it unpacks to, for formats that do not tell it.
Result<Buffer> unpack(const BzImage &image) {
    auto compression = image.payload ? recognise_compression(*image.payload) : std::nullopt;
    if (!image.payload)
        return in_the_way("it does not say where its vmlinux lies");
    if (!compression)
        return in_the_way("how its vmlinux is packed is not known");
    return decompress(*image.payload, *compression, largest_unpacked_kernel);
}

Result<Buffer> vmlinux_of(const Request &request) {
    const auto *image = std::get_if<BzImage>(&request.image.content);
    if (!image)
        return Buffer(request.image.bytes.begin(), request.image.bytes.end());
    if (!image->relocatable)
        return in_the_way("it is not relocatable");
    TRY(check_levels(request, *image));
    return unpack(*image);
}

SetupHeader header_for(const Request &request, const Vmlinux &kernel) {
    const auto *image = std::get_if<BzImage>(&request.image.content);
    return image ? header_of(*image) : made_up_header(kernel);
}

bool takes_efi(const Request &request, const Vmlinux &kernel) {
    const auto *image = std::get_if<BzImage>(&request.image.content);
    return image ? image->efi_kexec : kernel.takes_efi;
}

// Without tables a kernel cannot be moved, and one that could have been is not to stay where everyone expects
// it.
Result<std::optional<VmlinuxRelocations>> relocations_for(const Request &request, const Elf &elf) {
    if (has_word(request.settings.command_line, "nokaslr"))
        return std::nullopt;
    auto relocations = TRY(find_relocations(elf));
    if (!relocations)
        return in_the_way(
            "no relocation tables follow its vmlinux, so it cannot be moved to a random address");
    if (!request.entropy.available)
        return in_the_way("the running kernel has no random numbers yet to draw an address by");
    return relocations;
}

// Kernels have zeros in the file for their bss, because a work area follows it there. They are no data: the
// kernel clears that memory itself, and the digests leave it out as they do where a file ends before its bss.
Bytes without_bss(const Elf &elf, const ElfSegment &segment) {
    Bytes bytes = elf.bytes_of(segment);
    auto bss = section_address(elf, ".bss");
    bool is_inside = bss && *bss >= segment.virtual_address && *bss - segment.virtual_address < bytes.size();
    Bytes rest = is_inside ? bytes.subspan(*bss - segment.virtual_address) : Bytes();
    bool is_empty = std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{0}; });
    return is_empty ? bytes.first(bytes.size() - rest.size()) : bytes;
}

std::uint64_t drawn(const Entropy &entropy, std::size_t offset) {
    le64 number;
    std::memcpy(&number, entropy.bytes.data() + offset, sizeof number);
    return number;
}

struct Drawn {
    std::uint64_t places;
    std::uint64_t distance; // from where the kernel was linked; modulo 2^64
};

// The size that the decompressor goes by is that of all that it unpacks, the tables included, where that is
// more.
Result<Drawn> draw_virtual(const UnpackedKernel &unpacked, const Entropy &entropy) {
    std::uint64_t first = unpacked.kernel.linked.first();
    std::uint64_t size = std::max<std::uint64_t>(unpacked.kernel.linked.size(), unpacked.file->size());
    if (first >= kernel_mapping || kernel_mapping - first < size)
        return in_the_way(fmt::format("it spans {} and is unpacked to {} bytes, more than it maps for itself",
                                      to_string(unpacked.kernel.linked), unpacked.file->size()));
    std::uint64_t places = (kernel_mapping - first - size) / unpacked.step + 1;
    return Drawn{places, drawn(entropy, virtual_entropy) % places * unpacked.step};
}

Result<Drawn> draw_physical(const UnpackedKernel &unpacked, const Entropy &entropy, const MemoryWords &words,
                            Placer &placer) {
    Range linked = unpacked.kernel.linked;
    auto window = Range::between(linked.first(), std::min(words.end - 1, Range::everything().last()));
    placer.keep_out_of(words.kept_out);
    std::uint64_t places = 0;
    Range place = TRY(placer.any("the kernel", linked.size(), unpacked.step, window.value_or(linked),
                                 drawn(entropy, physical_entropy), places));
    return Drawn{places, place.first() - linked.first()};
}

void add_segments(const UnpackedKernel &unpacked, std::uint64_t distance, PlacedKernel &kernel,
                  SegmentLoad &plan) {
    kernel.segments = segments_of(unpacked.elf, distance);
    kernel.entry = unpacked.elf.entry + distance;
    bool is_drawn = unpacked.relocations.has_value();
    for (std::size_t i = 0, segment = 0; i < unpacked.elf.segments.size(); i++) {
        if (!is_loaded(unpacked.elf.segments[i]))
            continue;
        Segment &each = kernel.segments[segment++];
        each.bytes = without_bss(unpacked.elf, unpacked.elf.segments[i]);
        each.random = each.drawn = is_drawn;
    }
    plan.segments.insert(plan.segments.end(), kernel.segments.begin(), kernel.segments.end());
    plan.storage.push_back(unpacked.file);
}

} // namespace

Result<UnpackedKernel> unpack_kernel(const Request &request) {
    TRY(check_request(request));
    auto file = std::make_shared<Buffer>(TRY(vmlinux_of(request)));
    Elf elf = TRY(read_elf(*file));
    if (elf.machine != EM_X86_64 || !elf.is_64_bit || elf.order != std::endian::little)
        return in_the_way("what it unpacks to is no vmlinux of x86_64");
    Vmlinux kernel = TRY(examine_vmlinux(elf));
    if (!kernel.movable || kernel.linked.last() >= kernel_mapping)
        return in_the_way("its vmlinux cannot be moved, or lies where none does");
    auto relocations = TRY(relocations_for(request, elf));
    SetupHeader header = header_for(request, kernel);
    constexpr auto flag = static_cast<std::uint8_t>(loadflag_kaslr);
    header.loadflags = static_cast<std::uint8_t>((header.loadflags & ~flag) | (relocations ? flag : 0));
    bool efi = takes_efi(request, kernel);
    std::uint64_t step = std::max<std::uint64_t>(vmlinux_step, header.kernel_alignment);
    return UnpackedKernel{std::move(file), std::move(elf), relocations, std::move(kernel), header, efi, step};
}

PlacedKernel without_place(const UnpackedKernel &unpacked) {
    return {.segments = {},
            .entry = 0,
            .door = Door::entry_64_bit,
            .header = unpacked.header,
            .takes_efi = unpacked.takes_efi,
            .initrd_window = initrd_window_64_bit(),
            .is_unpacked = true};
}

Result<void> place_unpacked(UnpackedKernel &unpacked, const Request &request, std::string_view command_line,
                            Placer &placer, PlacedKernel &kernel, SegmentLoad &plan) {
    if (!unpacked.relocations) {
        Range place = TRY(place_of(unpacked.kernel, request, placer));
        add_segments(unpacked, place.first() - unpacked.kernel.linked.first(), kernel, plan);
        plan.notes.push_back(
            "kernel: unpacked, and entered behind its decompressor; not at a random address: nokaslr");
        return {};
    }
    MemoryWords words = TRY(memory_words(command_line));
    Drawn physical = TRY(draw_physical(unpacked, request.entropy, words, placer));
    Drawn virtually = TRY(draw_virtual(unpacked, request.entropy));
    TRY(relocate(*unpacked.file, unpacked.elf, *unpacked.relocations, virtually.distance));
    add_segments(unpacked, physical.distance, kernel, plan);
    plan.notes.push_back(
        fmt::format("kernel: unpacked, and entered behind its decompressor; at one of {} places in "
                    "memory and one of {} virtual addresses, drawn when it is loaded",
                    physical.places, virtually.places));
    return {};
}

} // namespace kexec::x86_64
