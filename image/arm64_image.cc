// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the header by Documentation/arch/arm64/booting.rst ("Header notes"); a field is quoted here by the
// name it has there. Where the kernel is an EFI program as well, its section table tells more than this
// header: how much of the file there has to be.
#include "image/arm64_image.h"

#include "image/pe.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t magic_offset = 56;
constexpr std::string_view magic = "ARM\x64";
constexpr std::uint64_t legacy_text_offset = 0x80000;

// The bits of `flags`.
constexpr std::uint64_t flag_big_endian = 1;
constexpr unsigned page_size_shift = 1;
constexpr std::uint64_t page_size_mask = 3;
constexpr std::uint64_t flag_anywhere = std::uint64_t{1} << 3;

Failure damaged(std::string what) {
    return fail(Cause::bad_image, "the arm64 Image is damaged: " + std::move(what),
                "copy the kernel to this place again, or name another file");
}

bool is_arm64_image(Bytes file) {
    auto stored = slice(file, magic_offset, magic.size(), "the magic number");
    return stored && as_text(*stored) == magic;
}

std::uint32_t page_size_of(std::uint64_t flags) {
    constexpr std::uint32_t sizes[] = {0, 4096, 16384, 65536};
    return sizes[flags >> page_size_shift & page_size_mask];
}

// Every kernel starts on a page. The image lies in the window of 32 GiB that holds the initrd as well.
Result<void> check_place(const Arm64Image &image) {
    constexpr std::uint64_t smallest_page = 4096;
    constexpr std::uint64_t window = std::uint64_t{32} << 30;
    if (image.text_offset % smallest_page != 0)
        return damaged(fmt::format("text_offset is {:#x}, a multiple of {:#x} is needed", image.text_offset,
                                   smallest_page));
    if (image.text_offset > window || image.image_size > window - image.text_offset)
        return damaged(fmt::format("text_offset {:#x} and image_size {:#x} pass the {:#x} bytes that kernel "
                                   "and initrd must lie in",
                                   image.text_offset, image.image_size, window));
    return {};
}

// The sections of an EFI program, which arm64 kernels have loaded as they lie in the file: all of them must
// be there, but for padding at the end, and be counted in image_size.
Result<void> check_sections(const Arm64Image &image, Bytes file) {
    auto pe = parse_pe(file);
    if (!pe || !*pe)
        return {};
    for (const PeSection &section : (*pe)->sections) {
        std::uint64_t end = section.offset + section.in_file; // of 32 bits each
        if (end > file.size() && end - file.size() >= (*pe)->file_alignment)
            return damaged(fmt::format("the file ends inside the section {}, which ends at {:#x}; the file "
                                       "has {:#x} bytes",
                                       section.name, end, file.size()));
        if (end > image.image_size)
            return damaged(fmt::format("image_size is {:#x}, and the section {} ends at {:#x}",
                                       image.image_size, section.name, end));
    }
    return {};
}

// Before Linux 3.17 image_size is 0 and nothing bounds what the kernel uses behind its end. text_offset can
// be taken to be 0x80000; it is stored in the byte order of the kernel, which nothing else tells.
Arm64Image legacy_image(Bytes file, const Arm64ImageHeader &header) {
    constexpr std::uint64_t room_behind = std::uint64_t{16} << 20;
    Stored<std::uint64_t, std::endian::big> swapped = legacy_text_offset;
    bool big = std::ranges::equal(bytes_of(header.text_offset), bytes_of(swapped));
    return {.text_offset = legacy_text_offset,
            .image_size = file.size() + room_behind,
            .order = big ? std::endian::big : std::endian::little,
            .page_size = 0,
            .anywhere = false,
            .legacy = true,
            .bytes = file};
}

// Since Linux 3.17 every field is little-endian, whatever the kernel is. image_size counts the bss, which is
// not in the file; a file that is longer ends in something else.
Arm64Image stated_image(Bytes file, const Arm64ImageHeader &header) {
    return {.text_offset = header.text_offset,
            .image_size = header.image_size,
            .order = header.flags & flag_big_endian ? std::endian::big : std::endian::little,
            .page_size = page_size_of(header.flags),
            .anywhere = (header.flags & flag_anywhere) != 0,
            .legacy = false,
            .bytes = file.first(std::min<std::uint64_t>(file.size(), header.image_size))};
}

} // namespace

Result<std::optional<Arm64Image>> parse_start_of_arm64_image(Bytes start) {
    if (!is_arm64_image(start))
        return std::nullopt;
    auto header = read_at<Arm64ImageHeader>(start, 0, "the header");
    if (!header)
        return damaged(header.error().what);
    Arm64Image image = header->image_size == 0 ? legacy_image(start, *header) : stated_image(start, *header);
    if (image.image_size < sizeof *header)
        return damaged(fmt::format("image_size is {:#x}, at least the {:#x} bytes of the header are needed",
                                   image.image_size, sizeof *header));
    TRY(check_place(image));
    return image;
}

Result<std::optional<Arm64Image>> parse_arm64_image(Bytes file) {
    auto image = TRY(parse_start_of_arm64_image(file));
    if (image)
        TRY(check_sections(*image, file));
    return image;
}

} // namespace kexec
