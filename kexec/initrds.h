// SPDX-License-Identifier: GPL-2.0-or-later
// Initial ramdisks, several of which are one to the kernel.
#pragma once

#include "base/file.h"

#include <memory>
#include <span>
#include <string>

namespace kexec {

// Null for no path, the file itself for one. Several become one file in memory, each but the last filled up
// with zeros to a multiple of four bytes, where the kernel looks for the next archive
// (Documentation/driver-api/early-userspace/buffer-format.rst).
Result<std::shared_ptr<const MappedFile>> open_initrds(std::span<const std::string> paths);

// The same with pieces of the file called `container` in front of those that are named.
Result<std::shared_ptr<const MappedFile>> open_initrds(std::span<const Bytes> pieces,
                                                       const std::string &container,
                                                       std::span<const std::string> paths);

} // namespace kexec
