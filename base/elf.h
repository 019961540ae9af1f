// SPDX-License-Identifier: GPL-2.0-or-later
// ELF files: what a loader needs of one, and the headers of a core. Reading goes through libelf, which this
// is the only file to include; both byte orders, both classes, PN_XNUM.
#pragma once

#include "base/bytes.h"

#include <bit>
#include <optional>
#include <string>
#include <vector>

namespace kexec {

struct ElfSegment {
    std::uint32_t type;   // PT_LOAD, PT_NOTE, …
    std::uint32_t flags;  // PF_R, PF_W, PF_X
    std::uint64_t offset; // in the file
    std::uint64_t virtual_address;
    std::uint64_t physical_address;
    std::uint64_t file_size;
    std::uint64_t memory_size; // at least file_size for PT_LOAD
    std::uint64_t align;
};

struct ElfNote {
    std::string name;
    std::uint32_t type;
    Bytes description;
};

struct Elf {
    Bytes file;
    bool is_64_bit;
    std::endian order;
    std::uint16_t type;    // ET_EXEC, …
    std::uint16_t machine; // EM_X86_64, …
    std::uint64_t entry;
    std::vector<ElfSegment> segments; // in file order; each lies inside the file (checked), unless `partial`

    // The bytes of a segment; shorter than file_size only for an Elf read from a partial file.
    Bytes bytes_of(const ElfSegment &segment) const;
};

bool is_elf(Bytes file);

enum class ElfExtent {
    whole,  // every segment must lie inside the bytes given
    partial // only the headers need to: the start of /proc/kcore
};

// Reads the headers. Cause::bad_image names the field that is wrong.
Result<Elf> read_elf(Bytes file, ElfExtent extent = ElfExtent::whole);

// Whether it names an interpreter (PT_INTERP): a program does, a kernel does not.
bool has_interpreter(const Elf &elf);

// The notes of all PT_NOTE segments that lie inside the bytes given. A damaged note ends its segment.
std::vector<ElfNote> notes_of(const Elf &elf);

// The value of a symbol of the symbol table; nothing where there is no table or no such symbol.
std::optional<std::uint64_t> symbol_value(const Elf &elf, const std::string &name);

// The bytes of the first section of that name, none for one that takes no room in the file; nothing where
// there is no such section. Cause::bad_image where it does not lie in the file.
Result<std::optional<Bytes>> section_bytes(const Elf &elf, const std::string &name);

// Where in the file that ends which the headers describe: segments, sections and the tables of both. What is
// behind it has been put there by someone else. At most the file's size.
std::uint64_t end_of_contents(const Elf &elf);

// The address of the first section of that name; nothing where there is none.
std::optional<std::uint64_t> section_address(const Elf &elf, const std::string &name);

// An ELF64 ET_CORE header with its program headers straight behind it, in the given byte order; 65535
// segments and more are counted as PN_XNUM asks.
Buffer write_core_header(std::uint16_t machine, std::endian order, const std::vector<ElfSegment> &segments);

} // namespace kexec
