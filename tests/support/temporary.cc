// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the directory where $TMPDIR says, or in /tmp.
#include "tests/support/temporary.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace kexec::testing {

TemporaryDirectory::TemporaryDirectory()
    : path_(std::filesystem::temp_directory_path() / "kexec-test-XXXXXX") {
    if (!::mkdtemp(path_.data()))
        throw std::runtime_error(path_ + ": cannot be made");
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::add(const std::string &name, Bytes content) const {
    std::string_view text = as_text(content);
    std::ofstream file(path_of(name), std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.flush())
        throw std::runtime_error(path_of(name) + ": cannot be written");
    return path_of(name);
}

} // namespace kexec::testing
