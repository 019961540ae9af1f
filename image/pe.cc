// SPDX-License-Identifier: GPL-2.0-or-later
// Reads PE headers by Microsoft's "PE Format"; a field is quoted here by the name it has there.
#include "image/pe.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

using namespace std::string_view_literals;
constexpr std::string_view dos_magic = "MZ";
constexpr std::uint64_t dos_pe_offset = 0x3c;
constexpr std::string_view pe_magic = "PE\0\0"sv;

// Behind the signature.
struct CoffHeader {
    le16 machine;
    le16 number_of_sections;
    le32 time, symbols, number_of_symbols;
    le16 size_of_optional_header;
    le16 characteristics;
};
static_assert(sizeof(CoffHeader) == 20);

// The start of the optional header, the same for 32 and 64 bits but for the fields left out.
struct OptionalHeader {
    std::byte before[36];
    le32 file_alignment;
};
static_assert(sizeof(OptionalHeader) == 40);

// Behind the fields that differ: NumberOfRvaAndSizes, then as many entries, of which the fifth is the
// certificate table's.
struct DirectoryPlace {
    std::uint16_t magic; // of the optional header
    std::uint64_t offset;
};
constexpr DirectoryPlace directory_places[] = {{0x10b, 92}, {0x20b, 108}};
struct Directory {
    le32 count;
    le64 before[4];
    le32 certificates_offset; // the only entry that has an offset in the file
    le32 certificates_size;
};
static_assert(sizeof(Directory) == 44);
constexpr std::uint32_t entries_with_certificates = 5;

struct SectionHeader {
    char name[8]; // filled up with NUL
    le32 virtual_size;
    le32 virtual_address;
    le32 size_of_raw_data;
    le32 pointer_to_raw_data;
    std::byte after[16];
};
static_assert(sizeof(SectionHeader) == 40);

Failure damaged(std::string what) {
    return fail(Cause::bad_image, "the EFI program is damaged: " + std::move(what),
                "copy the file to this place again, or name another file");
}

// Of the COFF header; nothing where there is no signature in front of it.
std::optional<std::uint64_t> find_coff_header(Bytes file) {
    auto offset = read_at<le32>(file, dos_pe_offset, "the offset of the PE header");
    if (!starts_with(file, as_bytes(dos_magic)) || !offset)
        return std::nullopt;
    auto stored = slice(file, *offset, pe_magic.size(), "the PE signature");
    if (!stored || as_text(*stored) != pe_magic)
        return std::nullopt;
    return *offset + pe_magic.size();
}

std::optional<PeCertificates> certificates_of(Bytes optional_header) {
    auto magic = read_at<le16>(optional_header, 0, "the magic number");
    for (DirectoryPlace place : directory_places) {
        if (!magic || *magic != place.magic)
            continue;
        auto directory = read_at<Directory>(optional_header, place.offset, "the data directories");
        if (directory && directory->count >= entries_with_certificates && directory->certificates_size != 0)
            return PeCertificates{directory->certificates_offset, directory->certificates_size};
    }
    return std::nullopt;
}

PeSection section_of(const SectionHeader &header) {
    return {.name = std::string(text_until_nul(as_bytes({header.name, sizeof header.name}))),
            .offset = header.pointer_to_raw_data,
            .in_file = header.size_of_raw_data,
            .in_memory = header.virtual_size};
}

struct MachineName {
    std::uint16_t machine;
    std::string_view name;
};
constexpr MachineName machine_names[] = {
    {pe_machine_arm64, "arm64"}, {pe_machine_x86_64, "x86_64"}, {0x014c, "i386"}, {0x01c2, "arm"},
    {0x5064, "riscv64"},         {0x6264, "loongarch64"},
};

} // namespace

Result<std::optional<Pe>> parse_pe(Bytes file) {
    auto offset = find_coff_header(file);
    if (!offset)
        return std::nullopt;
    Cursor cursor(file.subspan(*offset));
    auto header = cursor.next<CoffHeader>("the COFF header");
    if (!header)
        return damaged("the file ends inside the COFF header");
    std::uint64_t left = cursor.remaining();
    auto optional = cursor.take(header->size_of_optional_header, "the optional header");
    auto start = optional ? read_at<OptionalHeader>(*optional, 0, "the optional header") : OptionalHeader{};
    if (!optional || !start)
        return damaged(fmt::format("SizeOfOptionalHeader is {}, between {} and the {} bytes left in the file "
                                   "are needed",
                                   std::uint16_t{header->size_of_optional_header}, sizeof(OptionalHeader),
                                   left));
    Pe pe{.machine = header->machine,
          .file_alignment = start->file_alignment,
          .sections = {},
          .certificates = certificates_of(*optional)};
    for (unsigned i = 0; i < header->number_of_sections; i++) {
        auto section = cursor.next<SectionHeader>("the section table");
        if (!section)
            return damaged(fmt::format("the file ends inside the section table (NumberOfSections is {})",
                                       std::uint16_t{header->number_of_sections}));
        pe.sections.push_back(section_of(*section));
    }
    return pe;
}

// SizeOfRawData counts padding up to FileAlignment, VirtualSize does not; it may be the larger one where
// zeros follow in memory.
Result<Bytes> contents_of(const PeSection &section, Bytes file) {
    std::uint64_t size = std::min(section.in_file, section.in_memory);
    auto contents = slice(file, section.offset, size, section.name);
    if (!contents)
        return damaged(
            fmt::format("the file ends inside the section {}: PointerToRawData {:#x} and its {:#x} "
                        "bytes, the file has {:#x}",
                        section.name, section.offset, size, file.size()));
    return contents;
}

std::optional<Bytes> certificate_table_of(Bytes file) {
    auto pe = parse_pe(file);
    if (!pe || !*pe || !(*pe)->certificates)
        return std::nullopt;
    auto table = slice(file, (*pe)->certificates->offset, (*pe)->certificates->size, "the certificates");
    if (!table)
        return std::nullopt;
    return *table;
}

Bytes without_padding_behind_signatures(Bytes file) {
    auto table = certificate_table_of(file);
    if (!table)
        return file;
    auto end = static_cast<std::size_t>(table->data() + table->size() - file.data());
    bool is_padding =
        std::ranges::all_of(file.subspan(end), [](std::byte byte) { return byte == std::byte{0}; });
    return is_padding ? file.first(end) : file;
}

std::string pe_machine_name(std::uint16_t machine) {
    auto named = std::ranges::find(machine_names, machine, &MachineName::machine);
    return named == std::end(machine_names) ? fmt::format("{:#06x}", machine) : std::string(named->name);
}

} // namespace kexec
