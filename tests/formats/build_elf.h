// SPDX-License-Identifier: GPL-2.0-or-later
// ELF files made in memory, in both classes and both byte orders, with any field set to what a test likes.
#pragma once

#include "base/elf.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kexec::testing {

// A file to be built. What is not set gets the value that is right for the rest.
struct ElfPlan {
    bool is_64_bit = true;
    std::endian order = std::endian::little;
    std::uint16_t type = 2;     // ET_EXEC
    std::uint16_t machine = 62; // EM_X86_64
    std::uint64_t entry = 0x1000000;
    std::vector<ElfSegment> segments; // as add_segment made them
    Buffer contents;                  // of all segments
    std::vector<std::pair<std::string, std::uint64_t>> symbols;
    bool counted_in_section = false; // the number of program headers stands in section header 0 (PN_XNUM)

    std::optional<std::uint8_t> class_byte, order_byte, version_byte;
    std::optional<std::uint64_t> phoff, phentsize, phnum, shoff, section_info;
};

// Adds a segment with these bytes; its place in the file is counted from the start of the contents until it
// is built.
ElfSegment &add_segment(ElfPlan &plan, std::uint32_t type, Bytes content, std::uint64_t address);

// A vmlinux in small: text with the banner of this release, data with a bss behind it, a note.
ElfPlan small_vmlinux(std::string_view release = "6.1.0-test");

// The bytes of a note: name, type, description, padded to 4.
Buffer build_note(std::string_view name, std::uint32_t type, Bytes description, std::endian order);

Buffer build_elf(const ElfPlan &plan);

// A section with a name: these bytes, or with `no_bits` none that take room in the file.
struct NamedSection {
    std::string name;
    Buffer content;
    bool no_bits = false;
    std::uint64_t address = 0;
};
// The same file with these sections and the one that has their names behind it; the plan has no symbols.
Buffer build_elf_with_sections(const ElfPlan &plan, const std::vector<NamedSection> &sections);

} // namespace kexec::testing
