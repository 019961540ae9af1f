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

    std::string path_of(const std::string &name) const { return path_ + "/" + name; }
    // Writes a file, and gives its path.
    std::string add(const std::string &name, Bytes content) const;

private:
    std::string path_;
};

} // namespace kexec::testing
