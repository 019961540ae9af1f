// SPDX-License-Identifier: GPL-2.0-or-later
// Follows what the kernel does with the buffer (init/initramfs.c): at a multiple of four a '0' starts a plain
// archive, zeros are passed over, and anything else is compressed. Inside, archives and zeros follow each
// other the same way.
#include "image/initramfs.h"

#include "base/compress.h"
#include "base/cpio.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::size_t step = 4;

std::uint64_t rounded(std::uint64_t size) { return (size + step - 1) / step * step; }

// Of the plain archive at the start of `rest`; nothing where it is damaged.
std::optional<std::size_t> archive_size(Bytes rest) {
    auto size = read_archive(rest, [](const ArchiveEntry &) {});
    return size ? std::optional(*size) : std::nullopt;
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
