// SPDX-License-Identifier: GPL-2.0-or-later
// The dynamic array is pairs of a tag and a value, of 64 or 32 bits each. DT_STRTAB is the address of the
// names in memory, which a PT_LOAD maps to a place in the file.
#include "base/elf_dynamic.h"

#include <elf.h>

namespace kexec {

namespace {

struct Entry {
    std::uint64_t tag, value;
};

template <typename Word> Result<std::vector<Entry>> entries_in(Bytes table) {
    std::vector<Entry> entries;
    for (Cursor cursor(table); cursor.remaining() >= 2 * sizeof(Word);) {
        std::uint64_t tag = TRY(cursor.next<Word>("d_tag")), value = TRY(cursor.next<Word>("d_un"));
        if (tag == DT_NULL)
            break;
        entries.push_back({tag, value});
    }
    return entries;
}

Result<std::vector<Entry>> dynamic_entries(const Elf &elf, Bytes table) {
    bool little = elf.order == std::endian::little;
    if (elf.is_64_bit)
        return little ? entries_in<le64>(table) : entries_in<be64>(table);
    return little ? entries_in<le32>(table) : entries_in<be32>(table);
}

// What the file has from an address in memory on, up to the end of the segment that holds it.
Result<Bytes> bytes_at(const Elf &elf, std::uint64_t address) {
    for (const ElfSegment &segment : elf.segments) {
        bool holds = segment.type == PT_LOAD && address >= segment.virtual_address &&
                     address - segment.virtual_address < segment.file_size;
        if (holds)
            return slice_from(elf.bytes_of(segment), address - segment.virtual_address, "DT_STRTAB");
    }
    return fail(Cause::bad_image, "the ELF file is damaged: DT_STRTAB lies in no segment",
                "install the program again");
}

} // namespace

std::string interpreter_of(const Elf &elf) {
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == PT_INTERP)
            return std::string(text_until_nul(elf.bytes_of(segment)));
    return {};
}

Result<std::vector<std::string>> needed_libraries(const Elf &elf) {
    std::vector<Entry> entries;
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == PT_DYNAMIC)
            entries = TRY(dynamic_entries(elf, elf.bytes_of(segment)));
    std::vector<std::string> names;
    Bytes texts;
    for (Entry entry : entries)
        if (entry.tag == DT_STRTAB)
            texts = TRY(bytes_at(elf, entry.value));
    for (Entry entry : entries)
        if (entry.tag == DT_NEEDED)
            names.emplace_back(text_until_nul(TRY(slice_from(texts, entry.value, "DT_NEEDED"))));
    return names;
}

} // namespace kexec
