// SPDX-License-Identifier: GPL-2.0-or-later
// init/initramfs.c of the kernel takes archives, each perhaps packed, one behind the other with zeros
// between; a later file takes the place of one of the same name.
#include "capture/original.h"

#include "base/compress.h"
#include "base/cpio.h"
#include "capture/settings.h"

#include <fmt/core.h>
#include <sys/stat.h>

namespace kexec::capture {

namespace {

constexpr std::uint64_t largest_unpacked = std::uint64_t{4} << 30;
constexpr std::uint32_t permissions = 07777;

// "/init", "./init" and "init" are one.
std::string_view bare(std::string_view path) {
    while (path.starts_with("./") || path.starts_with('/'))
        path.remove_prefix(path.starts_with('/') ? 1 : 2);
    return path;
}

class Reader {
public:
    // All archives in `bytes`; a packed one is the last, with all that is packed behind it.
    Result<void> read(Bytes bytes, bool may_be_packed) {
        std::size_t place = 0;
        while (place < bytes.size()) {
            Bytes rest = bytes.subspan(place);
            if (rest.front() == std::byte{0})
                place++;
            else if (is_archive(rest))
                place += TRY(read_archive(rest, [&](const ArchiveEntry &entry) { take(entry); }));
            else
                return may_be_packed ? read_packed(bytes, place) : unknown();
        }
        return {};
    }

    Result<Original> take_original(Bytes whole) {
        if (has_settings_)
            return fail(Cause::bad_image, "the initramfs has the capture program in it already",
                        "name the original one, or have it made anew");
        if (!found_)
            return fail(Cause::bad_image, "the initramfs has no /init", "name an initramfs that boots");
        if (original_.front.empty())
            append(original_.front, whole);
        return std::move(original_);
    }

private:
    static Failure unknown() {
        return fail(Cause::bad_image, "the initramfs has something that is neither a cpio archive nor packed",
                    "name an initramfs that boots");
    }

    // lz4 as the kernel's build and initramfs-tools make it has no end mark: what follows would be taken for
    // another block.
    Result<void> read_packed(Bytes bytes, std::size_t place) {
        auto packing = recognise_compression(bytes.subspan(place));
        if (!packing)
            return unknown();
        Buffer unpacked = TRY(decompress(bytes.subspan(place), *packing, largest_unpacked));
        if (*packing == Compression::lz4) {
            append(original_.front, bytes.first(place));
            append(original_.front, TRY(compress_gzip(unpacked)));
        }
        return read(unpacked, false);
    }

    void take(const ArchiveEntry &entry) {
        std::string_view path = bare(entry.path);
        has_settings_ |= path == settings_path.substr(1);
        if (path != "init")
            return;
        found_ = true;
        original_.is_link = (entry.mode & S_IFMT) == S_IFLNK;
        original_.mode = entry.mode & permissions;
        original_.content.assign(entry.content.begin(), entry.content.end());
    }

    Original original_;
    bool found_ = false, has_settings_ = false;
};

} // namespace

Result<Original> find_original(Bytes initramfs) {
    Reader reader;
    TRY(reader.read(initramfs, true));
    return reader.take_original(initramfs);
}

} // namespace kexec::capture
