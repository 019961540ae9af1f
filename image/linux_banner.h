// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a kernel file is Linux, and which: the release as `uname -r` says it, and how it was built.
#pragma once

#include "base/elf.h"
#include "image/bzimage.h"
#include "image/s390x_image.h"

#include <optional>
#include <string>

namespace kexec {

// From the banner "Linux version 6.1.0 (…" that every Linux kernel holds; nothing where no loadable segment
// has one. Reads the segments up to the banner.
std::optional<std::string> linux_version(const Elf &elf);

// From the text that the setup header's kernel_version points to; nothing where it points to none.
std::optional<std::string> linux_version(const BzImage &image);

// The line that a kernel says at its start, without "Linux version ".
struct LinuxBanner {
    std::string release; // "6.1.0-50-amd64"
    std::string build;   // who built it, with what, when: up to the end of the line; foreign text
};

// Of a kernel that lies there as it will in memory: an Image, a segment of a vmlinux. Reads all of it where
// the first banner is the one without the number of the build.
std::optional<LinuxBanner> linux_banner(Bytes kernel);
// Those of kernels that are packed say it in front of what is packed, without the compiler.
std::optional<LinuxBanner> linux_banner(const BzImage &image);
std::optional<LinuxBanner> linux_banner(const S390xImage &image);

} // namespace kexec
