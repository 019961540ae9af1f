// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the fields by Microsoft's "PE Format": signature, COFF header, PE32+ optional header, section table.
#include "tests/formats/build_pe.h"

#include <algorithm>

namespace kexec::testing {

namespace {

constexpr std::uint32_t file_alignment = 0x200;
constexpr std::size_t coff_header = built_pe_offset + 4, optional_header = coff_header + 20;
constexpr std::uint16_t optional_size = 160;
constexpr std::size_t section_table = optional_header + optional_size, section_size = 40;

std::uint32_t padded(std::size_t size) {
    return static_cast<std::uint32_t>((size + file_alignment - 1) / file_alignment * file_alignment);
}

void put_section(Buffer &file, std::size_t at, const PePlanSection &section, std::uint32_t offset) {
    auto size = static_cast<std::uint32_t>(section.contents.size());
    std::string name = section.name;
    name.resize(8);
    std::ranges::copy(as_bytes(name), file.begin() + static_cast<std::ptrdiff_t>(at));
    write_at(file, at + 8, le32(section.in_memory.value_or(size)));
    write_at(file, at + 12, le32(offset));
    write_at(file, at + 16, le32(section.in_file.value_or(padded(size))));
    write_at(file, at + 20, le32(section.offset.value_or(offset)));
}

void put_certificates(Buffer &file, const PePlan &plan) {
    constexpr std::size_t directory_count = optional_header + 108, directory = directory_count + 4;
    constexpr std::size_t entry = directory + 4 * 8;
    write_at(file, directory_count, le32(plan.directory_count.value_or(6)));
    bool has_any = !plan.certificates.empty() || plan.certificates_size;
    auto offset = static_cast<std::uint32_t>(file.size()),
         size = static_cast<std::uint32_t>(plan.certificates.size());
    write_at(file, entry, le32(plan.certificates_offset.value_or(has_any ? offset : 0)));
    write_at(file, entry + 4, le32(plan.certificates_size.value_or(size)));
    append(file, plan.certificates);
}

} // namespace

Buffer build_pe(const PePlan &plan, Bytes start) {
    Buffer file(built_contents_offset);
    std::ranges::copy(start, file.begin());
    write_at(file, 0x3c, le32(plan.pe_offset.value_or(built_pe_offset)));
    write_at(file, built_pe_offset, le32(plan.signature.value_or(0x4550)));
    write_at(file, coff_header, le16(plan.machine));
    auto count = static_cast<std::uint16_t>(plan.sections.size());
    write_at(file, coff_header + 2, le16(plan.section_count.value_or(count)));
    write_at(file, coff_header + 16, le16(plan.optional_header_size.value_or(optional_size)));
    write_at(file, optional_header, le16(0x20b));
    write_at(file, optional_header + 36, le32(file_alignment));
    for (std::size_t i = 0; i < plan.sections.size(); i++) {
        auto offset = static_cast<std::uint32_t>(file.size());
        put_section(file, section_table + i * section_size, plan.sections[i], offset);
        append(file, plan.sections[i].contents);
        file.resize(padded(file.size()));
    }
    put_certificates(file, plan);
    return file;
}

} // namespace kexec::testing
