// SPDX-License-Identifier: GPL-2.0-or-later
// Initial ramdisks: cpio archives in the form that Linux unpacks
// (Documentation/driver-api/early-userspace/buffer-format.rst, "newc").
#pragma once

#include "base/bytes.h"

#include <set>
#include <string>
#include <string_view>

namespace kexec {

class Cpio {
public:
    // Paths start with a slash. The directories above are made, each once, for everybody to enter.
    void add_directory(std::string_view path);
    // `mode`: permissions.
    void add_file(std::string_view path, Bytes content, unsigned mode);
    void add_character_device(std::string_view path, unsigned major, unsigned minor);

    // The whole archive, filled up with zeros to a multiple of 512 bytes, so that another may follow.
    Buffer finish() &&;

private:
    void add_above(std::string_view path);
    void append(std::string_view name, unsigned mode, Bytes content, unsigned major, unsigned minor);

    Buffer archive_;
    std::set<std::string, std::less<>> directories_;
    unsigned number_ = 0;
};

} // namespace kexec
