// SPDX-License-Identifier: GPL-2.0-or-later
// What a boot loader finds of a file: it reads the disk, and knows nothing of a file system's journal.
#pragma once

#include "base/result.h"

#include <string>

namespace kexec::kdumpctl {

// Has the file system of a file leave nothing in its journal alone: it is frozen for a moment. An error where
// it cannot be.
Result<void> settle_file_system(const std::string &path);

} // namespace kexec::kdumpctl
