// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a kernel file is Linux, and which: the release as `uname -r` says it.
#pragma once

#include "base/elf.h"
#include "image/bzimage.h"

#include <optional>
#include <string>

namespace kexec {

// From the banner "Linux version 6.1.0 (…" that every Linux kernel holds; nothing where no loadable segment
// has one. Reads the segments up to the banner.
std::optional<std::string> linux_version(const Elf &elf);

// From the text that the setup header's kernel_version points to; nothing where it points to none.
std::optional<std::string> linux_version(const BzImage &image);

} // namespace kexec
