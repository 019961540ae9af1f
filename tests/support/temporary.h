// SPDX-License-Identifier: GPL-2.0-or-later
// A directory that goes away with everything in it, and files in it.
#pragma once

#include "base/bytes.h"

#include <string>

namespace kexec::testing {

class TemporaryDirectory {
public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory &) = delete;
    TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;
    ~TemporaryDirectory();

    // Of the directory itself, or of something in it; `name` may start with a slash, as seen from the
    // directory.
    std::string path(std::string_view name = {}) const;
    // Write a file, and the directories above it, and give its path.
    std::string add(std::string_view name, Bytes content) const;
    std::string write(std::string_view name, std::string_view content) const {
        return add(name, as_bytes(content));
    }
    void remove(std::string_view name) const;

private:
    std::string path_;
};

// Whether a file, or what a link leads to, is there.
bool exists(const std::string &path);

} // namespace kexec::testing
