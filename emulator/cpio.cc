// SPDX-License-Identifier: GPL-2.0-or-later
// Entries of an archive: a header of hexadecimal fields, the name, the content, each to a multiple of four.
#include "emulator/cpio.h"

#include <fmt/format.h>

namespace kexec {
namespace {

constexpr unsigned directory = 040000, regular = 0100000, character_device = 020000;
constexpr std::size_t block = 512;

void fill_up(Buffer &archive, std::size_t multiple) {
    archive.resize((archive.size() + multiple - 1) / multiple * multiple);
}

} // namespace

void Cpio::append(std::string_view name, unsigned mode, Bytes content, unsigned major, unsigned minor) {
    unsigned links = 1, owner = 0, changed = 0, device = 0, checksum = 0;
    std::string header =
        fmt::format("070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}",
                    ++number_, mode, owner, owner, links, changed, content.size(), device, device, major,
                    minor, name.size() + 1, checksum);
    Bytes start = as_bytes(header), called = as_bytes(name);
    archive_.insert(archive_.end(), start.begin(), start.end());
    archive_.insert(archive_.end(), called.begin(), called.end());
    archive_.push_back(std::byte{0});
    fill_up(archive_, 4);
    archive_.insert(archive_.end(), content.begin(), content.end());
    fill_up(archive_, 4);
}

void Cpio::add_above(std::string_view path) {
    std::size_t slash = path.rfind('/');
    if (slash != std::string_view::npos && slash > 0)
        add_directory(path.substr(0, slash));
}

void Cpio::add_directory(std::string_view path) {
    if (directories_.contains(path))
        return;
    add_above(path);
    directories_.emplace(path);
    append(path.substr(1), directory | 0755, {}, 0, 0);
}

void Cpio::add_file(std::string_view path, Bytes content, unsigned mode) {
    add_above(path);
    append(path.substr(1), regular | mode, content, 0, 0);
}

void Cpio::add_character_device(std::string_view path, unsigned major, unsigned minor) {
    add_above(path);
    append(path.substr(1), character_device | 0600, {}, major, minor);
}

Buffer Cpio::finish() && {
    append("TRAILER!!!", 0, {}, 0, 0);
    fill_up(archive_, block);
    return std::move(archive_);
}

} // namespace kexec
