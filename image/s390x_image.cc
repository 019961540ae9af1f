// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the layout that arch/s390/boot/head.S fixes: at 0 the program that a card reader starts, at 64 KiB
// the entry points and their table ("IMPORTANT: … it is s390 kernel ABI"), at 0x10400 the parameter area.
#include "image/s390x_image.h"

#include "base/elf.h"
#include "base/range.h"
#include "image/linux_banner.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t page = 4096;

// "S390EP" at 0x10008, and in the byte at 0x1000f how many entry points there are.
constexpr std::uint64_t table_offset = 0x10008, table_end = 0x10010;
constexpr std::string_view table_name = "S390EP";

// The first two channel commands of the program that the machine's own loader reads. file(1) knows images by
// them.
constexpr std::uint64_t channel_program_offset = 8;
constexpr std::string_view channel_program("\x02\x00\x00\x18\x60\x00\x00\x50\x02\x00\x00\x68\x60\x00\x00\x50",
                                           16);

// The last bytes of an image since Linux 5.2, for secure boot (arch/s390/boot/vmlinux.lds.S); a signature may
// follow them.
constexpr std::string_view trailer("\x00\x00\x00\x20zIPL", 8);
constexpr std::string_view signature_end = "~Module signature appended~\n";

constexpr std::uint64_t legacy_command_line_size = 896;

Failure damaged(std::string_view kind, std::string what) {
    return fail(Cause::bad_image, fmt::format("the {} is damaged: {}", kind, what),
                "copy the kernel to this place again, or name another file");
}

bool has_text(Bytes bytes, std::uint64_t offset, std::string_view text) {
    auto stored = slice(bytes, offset, text.size(), "a text");
    return stored && as_text(*stored) == text;
}

bool ends_with(Bytes bytes, std::string_view text) {
    return bytes.size() >= text.size() && has_text(bytes, bytes.size() - text.size(), text);
}

// Whether the second entry leads somewhere: a kernel without CONFIG_CRASH_DUMP has a stop there
// (arch/s390/boot/head_kdump.S), LARL of r13 and LPSWE of what it points to. The entry itself is a jump,
// whose distance counts halfwords.
bool starts_in_a_crash(Bytes kernel) {
    constexpr std::uint16_t jump = 0xa7f4, larl_r13 = 0xc0d0;
    constexpr std::uint32_t lpswe_r13 = 0xb2b2d000;
    constexpr std::uint64_t at = s390x_layout::crash_entry - s390x_layout::entry;
    auto operation = read_at<be16>(kernel, at, "the entry");
    auto distance = read_at<be16>(kernel, at + 2, "the entry");
    if (!operation || !distance || *operation != jump)
        return true;
    std::uint64_t target =
        at + 2 * static_cast<std::uint64_t>(static_cast<std::int16_t>(std::uint16_t{*distance}));
    auto first = read_at<be16>(kernel, target, "its target");
    auto second = read_at<be32>(kernel, target + 6, "its target");
    return !(first && second && *first == larl_r13 && *second == lpswe_r13);
}

// Looks at the parameter area and the table; `image.pieces` are there.
Result<S390xImage> check_parameters(S390xImage image, std::string_view kind) {
    Bytes first = image.pieces.front().bytes;
    auto offset = [](std::uint64_t address) { return address - s390x_layout::entry; };
    auto parameters = read_at<S390xParameters>(first, offset(s390x_layout::parameters), "the parameter area");
    if (!parameters)
        return damaged(kind,
                       fmt::format("it ends before the parameter area at {:#x}", s390x_layout::parameters));
    image.command_line_size = parameters->max_command_line_size;
    if (image.command_line_size == 0)
        image.command_line_size = legacy_command_line_size;
    std::uint64_t start = offset(s390x_layout::command_line);
    if (!slice(first, start, image.command_line_size, "the command line"))
        return damaged(kind, fmt::format("max_command_line_size is {:#x}, which does not fit behind {:#x}",
                                         image.command_line_size, s390x_layout::command_line));
    image.starts_in_a_crash = starts_in_a_crash(first);
    return image;
}

Result<void> check_table(Bytes kernel, std::string_view kind) {
    auto count = slice(kernel, table_end - 1 - s390x_layout::entry, 1, "the table of entry points");
    if (!count || count->front() == std::byte{0})
        return damaged(kind, "its table of entry points at 0x10008 is empty");
    return {};
}

// An image that states its room for a command line (since Linux 5.16) is new enough to have a trailer.
Result<void> check_end(Bytes file, const S390xImage &image) {
    Bytes first = image.pieces.front().bytes;
    auto stated =
        read_at<S390xParameters>(first, s390x_layout::parameters - s390x_layout::entry, "the parameter area");
    bool must_have = stated && stated->max_command_line_size != 0;
    if (must_have && !ends_with(file, trailer) && !ends_with(file, signature_end))
        return damaged("s390x image",
                       fmt::format("its end is missing: the last of its {} bytes are no trailer",
                                   file.size()));
    return {};
}

// --- ELF

bool is_s390x(const Elf &elf) {
    return elf.machine == EM_S390 && elf.is_64_bit && elf.order == std::endian::big;
}

// What a segment has from the entry on; nothing where it ends before it.
std::optional<S390xPiece> piece_of(const Elf &elf, const ElfSegment &segment) {
    std::uint64_t address = segment.physical_address, size = segment.memory_size;
    Bytes bytes = elf.bytes_of(segment);
    if (segment.type != PT_LOAD || size == 0)
        return std::nullopt;
    if (address < s390x_layout::entry) {
        std::uint64_t below = s390x_layout::entry - address;
        if (size <= below)
            return std::nullopt;
        bytes = bytes.subspan(std::min<std::uint64_t>(below, bytes.size()));
        return S390xPiece{s390x_layout::entry, size - below, bytes};
    }
    return S390xPiece{address, size, bytes};
}

Result<std::vector<S390xPiece>> pieces_of(const Elf &elf) {
    std::vector<S390xPiece> pieces;
    for (const ElfSegment &segment : elf.segments)
        if (auto piece = piece_of(elf, segment))
            pieces.push_back(*piece);
    std::ranges::sort(pieces, {}, &S390xPiece::address);
    std::uint64_t end = 0;
    for (const S390xPiece &piece : pieces) {
        auto whole = align_up(piece.size, page);
        auto place = whole ? Range::sized(piece.address, *whole) : std::nullopt;
        if (!place || place->last() == UINT64_MAX || !is_aligned(piece.address, page) || piece.address < end)
            return damaged(
                "ELF kernel",
                fmt::format("the program header for {:#x} bytes at {:#x} overlaps another, is not on a "
                            "page, or wraps",
                            piece.size, piece.address));
        end = place->last() + 1;
    }
    return pieces;
}

// The vmlinux of the build's top directory is what the image unpacks: it is entered with its page tables made
// and its parameters copied (arch/s390/boot/startup.c), which only the program around it does.
Failure no_entry_of_its_own(const Elf &elf) {
    if (!linux_version(elf))
        return fail(Cause::unsupported,
                    "this ELF file is no Linux kernel: it holds no \"Linux version\" text",
                    "name a kernel file of this machine");
    return fail(
        Cause::unsupported,
        "this vmlinux has no entry of its own: it is the kernel that an image unpacks before it starts it",
        "name the image (bzImage, vmlinuz) or the file arch/s390/boot/vmlinux of the kernel's build");
}

} // namespace

Result<std::optional<S390xImage>> parse_s390x_image(Bytes file) {
    constexpr std::string_view kind = "s390x image";
    bool has_table = has_text(file, table_offset, table_name);
    if (!has_table && !has_text(file, channel_program_offset, channel_program))
        return std::nullopt;
    if (file.size() < table_end)
        return damaged(kind, fmt::format("it ends before the entry points at {:#x}: it has {} bytes",
                                         s390x_layout::entry, file.size()));
    if (!has_table)
        return damaged(kind, fmt::format("there is no \"{}\" at {:#x}", table_name, table_offset));
    Bytes kernel = file.subspan(s390x_layout::entry);
    TRY(check_table(kernel, kind));
    S390xImage unchecked{.pieces = {{s390x_layout::entry, kernel.size(), kernel}},
                         .end = file.size(),
                         .command_line_size = 0,
                         .starts_in_a_crash = false};
    S390xImage image = TRY(check_parameters(std::move(unchecked), kind));
    TRY(check_end(file, image));
    return image;
}

Result<std::optional<S390xImage>> parse_s390x_elf(Bytes file) {
    if (!is_elf(file))
        return std::nullopt;
    Elf elf = TRY(read_elf(file));
    if (!is_s390x(elf) || has_interpreter(elf))
        return std::nullopt;
    S390xImage image{
        .pieces = TRY(pieces_of(elf)), .end = 0, .command_line_size = 0, .starts_in_a_crash = false};
    if (image.pieces.empty() || image.pieces.front().address != s390x_layout::entry ||
        !has_text(image.pieces.front().bytes, table_offset - s390x_layout::entry, table_name))
        return no_entry_of_its_own(elf);
    TRY(check_table(image.pieces.front().bytes, "ELF kernel"));
    image.end = image.pieces.back().address + image.pieces.back().size;
    return TRY(check_parameters(std::move(image), "ELF kernel"));
}

} // namespace kexec
