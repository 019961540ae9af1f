// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the directory where $TMPDIR says, or in /tmp.
#include "tests/support/temporary.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

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

std::string TemporaryDirectory::path(std::string_view name) const {
    bool needs_slash = !name.empty() && !name.starts_with('/');
    return path_ + (needs_slash ? "/" : "") + std::string(name);
}

std::string TemporaryDirectory::add(std::string_view name, Bytes content) const {
    std::string full = path(name);
    std::filesystem::create_directories(std::filesystem::path(full).parent_path());
    std::string_view text = as_text(content);
    std::ofstream file(full, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.flush())
        throw std::runtime_error(full + ": cannot be written");
    return full;
}

void TemporaryDirectory::remove(std::string_view name) const { std::filesystem::remove(path(name)); }

bool exists(const std::string &path) { return ::access(path.c_str(), F_OK) == 0; }

} // namespace kexec::testing
