// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel file states of itself, in one form for all formats: for people who look at the file, not for
// planning, which reads each format's own fields.
#pragma once

#include "image/image.h"
#include "image/linux_banner.h"

#include <optional>

namespace kexec {

struct KernelFacts {
    std::optional<LinuxBanner> banner; // nothing: no Linux, or a kernel that does not say
    // Of the kernel's pages, in bytes; nothing where the file does not state it and the machine has several.
    std::optional<std::uint32_t> page_size;

    // Where the kernel is entered: an address (virtual where the file is a vmlinux), or, where it may be
    // loaded anywhere, a number of bytes from its start.
    std::uint64_t entry;
    bool entry_is_offset;

    std::optional<std::uint64_t> memory; // bytes that it needs where it is loaded, until it has looked around
    std::uint64_t command_line;          // the most characters of its command line, without a NUL
    // The highest address that its initrd may reach, or how many bytes kernel and initrd may span together;
    // nothing where there is no such limit.
    std::optional<std::uint64_t> initrd_last, initrd_reach;
};

KernelFacts facts_of(const Image &image);

} // namespace kexec
