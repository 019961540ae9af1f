// SPDX-License-Identifier: GPL-2.0-or-later
// Follows what the kernel does with the buffer (init/initramfs.c): at a multiple of four a '0' starts a plain
// archive, zeros are passed over, and anything else is compressed. Inside, archives and zeros follow each
// other the same way.
#include "image/initramfs.h"

#include "base/compress.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::size_t step = 4;
constexpr std::string_view trailer = "TRAILER!!!";

// "newc" and, with checksums, "crc": a magic and thirteen fields of eight hexadecimal digits.
constexpr std::size_t header_size = 110, size_field = 6, name_size_field = 11;

std::optional<std::uint64_t> field(Bytes header, std::size_t number) {
    std::uint64_t value = 0;
    for (char digit : as_text(header.subspan(6 + 8 * number, 8))) {
        int weight = digit >= '0' && digit <= '9'   ? digit - '0'
                     : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                     : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                    : -1;
        if (weight < 0)
            return std::nullopt;
        value = value << 4 | static_cast<unsigned>(weight);
    }
    return value;
}

std::uint64_t rounded(std::uint64_t size) { return (size + step - 1) / step * step; }

// One entry of an archive: how many bytes it takes, less its padding where the bytes end before that, and
// whether it is the last. Nothing where there is none, or one that is cut.
struct Entry {
    std::uint64_t size;
    bool is_last;
};
std::optional<Entry> entry_at(Bytes rest) {
    std::string_view magic = as_text(rest.first(std::min<std::size_t>(rest.size(), 6)));
    if (rest.size() < header_size || (magic != "070701" && magic != "070702"))
        return std::nullopt;
    auto name_size = field(rest, name_size_field), size = field(rest, size_field);
    if (!name_size || !size || rest.size() - header_size < *name_size)
        return std::nullopt;
    std::string_view name = text_until_nul(rest.subspan(header_size, *name_size));
    std::uint64_t data = rounded(header_size + *name_size);
    if (data > rounded(rest.size()) || (*size != 0 && (data > rest.size() || rest.size() - data < *size)))
        return std::nullopt;
    return Entry{std::min<std::uint64_t>(rounded(data + *size), rest.size()), name == trailer};
}

// The bytes of a plain archive at the start of `rest`, its trailer included, or up to the end where it has
// none, which the kernel takes as well. Nothing where it is damaged.
std::optional<std::uint64_t> archive_size(Bytes rest) {
    std::uint64_t size = 0;
    while (size < rest.size()) {
        auto entry = entry_at(rest.subspan(size));
        if (!entry)
            return std::nullopt;
        size += entry->size;
        if (entry->is_last)
            break;
    }
    return size;
}

std::size_t zeros_at(Bytes rest) {
    auto end = std::ranges::find_if(rest, [](std::byte byte) { return byte != std::byte{0}; });
    return static_cast<std::size_t>(end - rest.begin());
}

bool is_plain(Bytes initramfs, std::size_t at) { return at % step == 0 && initramfs[at] == std::byte{'0'}; }

// What was unpacked may be put where it is read as plain.
bool holds_archives_alone(Bytes unpacked) {
    for (std::size_t at = zeros_at(unpacked); at < unpacked.size(); at += zeros_at(unpacked.subspan(at))) {
        auto size = is_plain(unpacked, at) ? archive_size(unpacked.subspan(at)) : std::nullopt;
        if (!size)
            return false;
        at += *size;
    }
    return true;
}

Result<UnpackedMember> unpack(Bytes rest, std::size_t at, std::uint64_t most) {
    auto compression = recognise_compression(rest);
    if (!compression)
        return fail(Cause::unsupported,
                    fmt::format("what stands at byte {} of the initial ramdisk is neither a cpio archive nor "
                                "compressed in a way that is known here",
                                at));
    UnpackedMember member = TRY(decompress_member(rest, *compression, most));
    if (!holds_archives_alone(member.bytes))
        return fail(
            Cause::unsupported,
            fmt::format("what is compressed at byte {} of the initial ramdisk is no cpio archive, or a "
                        "damaged one",
                        at));
    return member;
}

void append_on_step(Buffer &out, Bytes more) {
    out.resize(rounded(out.size()));
    append(out, more);
}

// A boot configuration may follow (Documentation/admin-guide/bootconfig.rst): data, its size and checksum, a
// magic, and up to three zeros of a boot loader's. The kernel looks for it at the end.
constexpr std::string_view bootconfig_magic = "#BOOTCONFIG\n";
std::size_t bootconfig_size(Bytes initramfs) {
    for (std::size_t zeros = 0; zeros < step && zeros < initramfs.size(); zeros++) {
        Bytes rest = initramfs.first(initramfs.size() - zeros);
        constexpr std::size_t foot = 8 + bootconfig_magic.size();
        if (rest.size() < foot || !as_text(rest).ends_with(bootconfig_magic))
            continue;
        le32 size;
        std::memcpy(&size, rest.data() + (rest.size() - foot), sizeof size);
        return size <= rest.size() - foot ? size + foot + zeros : 0;
    }
    return 0;
}

} // namespace

Result<std::optional<Buffer>> unpack_initramfs(Bytes initramfs, std::uint64_t most) {
    Bytes archives = initramfs.first(initramfs.size() - bootconfig_size(initramfs));
    Buffer out;
    bool was_packed = false;
    for (std::size_t at = zeros_at(archives); at < archives.size(); at += zeros_at(archives.subspan(at))) {
        Bytes rest = archives.subspan(at);
        auto size = is_plain(archives, at) ? archive_size(rest) : std::nullopt;
        if (size) {
            append_on_step(out, rest.first(*size));
            at += *size;
            continue;
        }
        UnpackedMember member = TRY(unpack(rest, at, most - std::min<std::uint64_t>(most, out.size())));
        append_on_step(out, member.bytes);
        at += member.used;
        was_packed = true;
    }
    if (out.size() > most)
        return fail(Cause::no_room, fmt::format("the initial ramdisk has more than {} bytes", most));
    append_on_step(out, initramfs.subspan(archives.size()));
    return was_packed ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace kexec
