// SPDX-License-Identifier: GPL-2.0-or-later
// A header of 110 characters, thirteen numbers of eight hexadecimal digits behind the magic; then the name
// with its NUL and the content, each filled up to a multiple of four. "070702" has a checksum besides.
#include "base/cpio.h"

#include "base/text.h"

#include <array>
#include <fmt/format.h>
#include <sys/stat.h>

namespace kexec {

namespace {

constexpr std::string_view magic = "070701", magic_with_checksum = "070702";
constexpr std::string_view trailer = "TRAILER!!!";
constexpr std::size_t header_size = 110, field_digits = 8;
enum Field {
    inode,
    mode,
    user,
    group,
    links,
    time,
    size,
    major,
    minor,
    device_major,
    device_minor,
    name_size,
    checksum,
    fields
};

void fill_up(Buffer &bytes) { bytes.resize((bytes.size() + 3) & ~std::size_t{3}); }

std::string_view directory_of(std::string_view path) {
    std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Failure damaged(std::string_view what) {
    return fail(Cause::bad_image, fmt::format("the cpio archive is damaged: {}", what),
                "have the initramfs made again");
}

using Header = std::array<std::uint64_t, fields>;

Result<Header> read_header(Cursor &cursor) {
    std::string_view text = as_text(TRY(cursor.take(header_size, "a header of the cpio archive")));
    if (!text.starts_with(magic) && !text.starts_with(magic_with_checksum))
        return damaged("a header does not start with 070701");
    Header header{};
    for (std::size_t i = 0; i < header.size(); i++) {
        auto number = parse_hexadecimal(text.substr(magic.size() + i * field_digits, field_digits));
        if (!number)
            return damaged("a header has something else than hexadecimal digits");
        header[i] = *number;
    }
    return header;
}

Result<void> skip_filling(Cursor &cursor) {
    std::uint64_t filling = -cursor.position() & 3;
    TRY(cursor.take(std::min(filling, cursor.remaining()), "the filling of the cpio archive"));
    return {};
}

} // namespace

void Archive::add_directory(std::string_view path) {
    if (path.empty() || has(path))
        return;
    add(path, S_IFDIR | 0755, {}, {});
}

void Archive::add_file(std::string_view path, Bytes content, std::uint32_t permissions) {
    add(path, S_IFREG | permissions, content, {});
}

void Archive::add_link(std::string_view path, std::string_view target) {
    add(path, S_IFLNK | 0777, as_bytes(target), {});
}

void Archive::add_character_device(std::string_view path, std::uint32_t device, std::uint32_t number) {
    add(path, S_IFCHR | 0600, {}, {device, number});
}

void Archive::add(std::string_view path, std::uint32_t type, Bytes content, Device device) {
    add_directory(directory_of(path));
    paths_.insert(std::string(path));
    append_entry(path, type, content, device, ++inodes_);
}

void Archive::append_entry(std::string_view path, std::uint32_t type, Bytes content, Device device,
                           std::uint32_t number) {
    std::array<std::uint64_t, fields> header{};
    header[inode] = number;
    header[mode] = type;
    header[links] = 1;
    header[size] = content.size();
    header[device_major] = device.major;
    header[device_minor] = device.minor;
    header[name_size] = path.size() + 1;
    std::string text(magic);
    for (std::uint64_t field : header)
        text += fmt::format("{:08X}", field);
    kexec::append(bytes_, as_bytes(text));
    kexec::append(bytes_, as_bytes(path));
    bytes_.push_back(std::byte{0});
    fill_up(bytes_);
    kexec::append(bytes_, content);
    fill_up(bytes_);
}

Buffer Archive::finish() {
    append_entry(trailer, 0, {}, {}, 0);
    return std::move(bytes_);
}

bool is_archive(Bytes bytes) {
    return starts_with(bytes, as_bytes(magic)) || starts_with(bytes, as_bytes(magic_with_checksum));
}

Result<std::size_t> read_archive(Bytes bytes, const std::function<void(const ArchiveEntry &)> &take) {
    Cursor cursor(bytes);
    while (cursor.remaining() > 0) {
        Header header = TRY(read_header(cursor));
        Bytes name = TRY(cursor.take(header[name_size], "a name of the cpio archive"));
        TRY(skip_filling(cursor));
        Bytes content = TRY(cursor.take(header[size], "a file of the cpio archive"));
        TRY(skip_filling(cursor));
        std::string_view path = text_until_nul(name);
        if (path == trailer)
            break;
        take({path, static_cast<std::uint32_t>(header[mode]), content});
    }
    return cursor.position();
}

} // namespace kexec
