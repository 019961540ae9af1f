// SPDX-License-Identifier: GPL-2.0-or-later
// Kernels of s390x made in memory, with any field set to what a test likes.
#pragma once

#include "image/s390x_image.h"
#include "tests/formats/build_elf.h"

#include <string>

namespace kexec::testing {

// What an image is made of. The defaults are those of a distribution's kernel of today.
struct S390xFile {
    std::size_t size = 0x14000; // bytes in all
    bool channel_program = true;
    std::string table = "S390EP";
    std::uint8_t entries = 1;
    std::uint64_t max_command_line_size = 4096;
    bool crash_dump = true; // CONFIG_CRASH_DUMP
    std::string end = std::string("\0\0\0\x20zIPL", 8);
};
Buffer build_s390x_image(const S390xFile &what = {});

// An ELF file of this machine with nothing in it.
ElfPlan empty_s390x_elf(std::uint64_t entry);

// The ELF file that this image was made of: one segment, from 0 on.
ElfPlan s390x_elf(const S390xFile &what = {});

// The vmlinux that an image unpacks: it has a version, and nothing at the entry.
ElfPlan s390x_inner_vmlinux();

} // namespace kexec::testing
