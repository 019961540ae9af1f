// SPDX-License-Identifier: GPL-2.0-or-later
// Archives in the form that the kernel unpacks an initramfs from: "newc", by
// Documentation/driver-api/early-userspace/buffer-format.rst.
#pragma once

#include "base/bytes.h"

#include <functional>
#include <set>
#include <string>

namespace kexec {

// Paths have no slash in front. Directories above a file are made by themselves; times are 0 and numbers of
// inodes count up, so that the same files give the same bytes.
class Archive {
public:
    void add_directory(std::string_view path);
    void add_file(std::string_view path, Bytes content, std::uint32_t mode);
    void add_link(std::string_view path, std::string_view target);
    void add_character_device(std::string_view path, std::uint32_t major, std::uint32_t minor);
    bool has(std::string_view path) const { return paths_.contains(std::string(path)); }
    // The whole archive. Nothing can be added after it.
    Buffer finish();

private:
    struct Device {
        std::uint32_t major = 0, minor = 0;
    };
    void add(std::string_view path, std::uint32_t mode, Bytes content, Device device);
    void append_entry(std::string_view path, std::uint32_t mode, Bytes content, Device device,
                      std::uint32_t inode);

    Buffer bytes_;
    std::set<std::string> paths_;
    std::uint32_t inodes_ = 0;
};

struct ArchiveEntry {
    std::string_view path; // as the archive has it
    std::uint32_t mode;    // as st_mode
    Bytes content;         // of a link, what it leads to
};

// Calls `take` for each entry of the archive at the start of `bytes`, without its trailer, and gives how many
// bytes the archive has. One without a trailer goes on to the end, as the kernel takes it. Cause::bad_image
// where it is damaged.
Result<std::size_t> read_archive(Bytes bytes, const std::function<void(const ArchiveEntry &)> &take);
bool is_archive(Bytes bytes);

} // namespace kexec
