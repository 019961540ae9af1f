// SPDX-License-Identifier: GPL-2.0-or-later
// ELF headers through libelf, by the System V ABI (gABI), chapters 4 and 5, and elf(5) for PN_XNUM. libelf
// reads; what a field may be is checked here, because libelf cuts an impossible count short without a word.
#include "base/elf.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <gelf.h>
#include <memory>

namespace kexec {

namespace {

using Handle = std::unique_ptr<::Elf, int (*)(::Elf *)>;

Handle open_elf(Bytes file) {
    elf_version(EV_CURRENT);
    // libelf wants a pointer it could write through, and writes only when asked to.
    auto start = reinterpret_cast<char *>(const_cast<std::byte *>(file.data()));
    return {elf_memory(start, file.size()), elf_end};
}

Failure bad_elf(std::string what) {
    return fail(Cause::bad_image, "the ELF file is damaged: " + std::move(what),
                "copy the file here again, or name another file");
}

// e_ident and the sizes that the gABI fixes for each class.
Result<void> check_identification(Bytes file) {
    if (file.size() < EI_NIDENT)
        return bad_elf(fmt::format("it ends inside the identification: {} bytes are needed, it has {}",
                                   unsigned{EI_NIDENT}, file.size()));
    Bytes ident = file.first(EI_NIDENT);
    auto at = [&](std::size_t index) { return std::to_integer<unsigned>(ident[index]); };
    if (at(EI_CLASS) != ELFCLASS32 && at(EI_CLASS) != ELFCLASS64)
        return bad_elf(fmt::format("EI_CLASS is {}, 1 (32 bits) or 2 (64 bits) is needed", at(EI_CLASS)));
    if (at(EI_DATA) != ELFDATA2LSB && at(EI_DATA) != ELFDATA2MSB)
        return bad_elf(
            fmt::format("EI_DATA is {}, 1 (little endian) or 2 (big endian) is needed", at(EI_DATA)));
    if (at(EI_VERSION) != EV_CURRENT)
        return bad_elf(fmt::format("EI_VERSION is {}, {} is needed", at(EI_VERSION), unsigned{EV_CURRENT}));
    std::size_t header_size = at(EI_CLASS) == ELFCLASS64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
    if (file.size() < header_size)
        return bad_elf(fmt::format("it ends inside the header: {} bytes are needed, it has {}", header_size,
                                   file.size()));
    return {};
}

// e_phnum holds 16 bits; PN_XNUM in it says that the count stands in sh_info of the section header 0.
Result<std::uint64_t> segment_count(::Elf *elf, const GElf_Ehdr &header) {
    if (header.e_phnum != PN_XNUM)
        return header.e_phnum;
    GElf_Shdr first;
    Elf_Scn *section = elf_getscn(elf, 0);
    if (!section || !gelf_getshdr(section, &first))
        return bad_elf(fmt::format(
            "e_phnum is PN_XNUM, and there is no section header 0 at e_shoff {:#x} that tells the count",
            header.e_shoff));
    return first.sh_info;
}

Result<std::uint64_t> check_table(::Elf *elf, const GElf_Ehdr &header, Bytes file) {
    std::uint64_t count = TRY(segment_count(elf, header));
    if (count == 0)
        return count;
    std::size_t entry_size = gelf_fsize(elf, ELF_T_PHDR, 1, EV_CURRENT);
    if (header.e_phentsize != entry_size)
        return bad_elf(fmt::format("e_phentsize is {}, {} is needed", header.e_phentsize, entry_size));
    if (header.e_phoff > file.size() || (file.size() - header.e_phoff) / entry_size < count)
        return bad_elf(
            fmt::format("{} program headers of {} bytes at e_phoff {:#x} do not fit into the file's {} bytes",
                        count, entry_size, header.e_phoff, file.size()));
    return count;
}

bool passes_end(std::uint64_t address, std::uint64_t size) {
    return size != 0 && UINT64_MAX - address < size - 1;
}

// gABI chapter 5: the bytes lie in the file; for PT_LOAD the file size is not larger than the memory size,
// and an alignment is 0, 1 or a power of two.
Result<void> check_segment(const ElfSegment &segment, std::size_t index, Bytes file) {
    if (segment.file_size != 0 &&
        (segment.offset > file.size() || file.size() - segment.offset < segment.file_size))
        return bad_elf(fmt::format(
            "program header {}: p_offset {:#x} and p_filesz {:#x} reach behind the end of the file, {:#x}",
            index, segment.offset, segment.file_size, file.size()));
    if (segment.type != PT_LOAD)
        return {};
    if (segment.file_size > segment.memory_size)
        return bad_elf(fmt::format("program header {}: p_filesz is {:#x}, more than p_memsz, {:#x}", index,
                                   segment.file_size, segment.memory_size));
    if (passes_end(segment.virtual_address, segment.memory_size))
        return bad_elf(fmt::format(
            "program header {}: p_vaddr {:#x} and p_memsz {:#x} pass the end of the address space", index,
            segment.virtual_address, segment.memory_size));
    if (passes_end(segment.physical_address, segment.memory_size))
        return bad_elf(fmt::format(
            "program header {}: p_paddr {:#x} and p_memsz {:#x} pass the end of the address space", index,
            segment.physical_address, segment.memory_size));
    if (segment.align != 0 && !std::has_single_bit(segment.align))
        return bad_elf(fmt::format("program header {}: p_align is {:#x}, a power of two is needed", index,
                                   segment.align));
    return {};
}

ElfSegment segment_from(const GElf_Phdr &header) {
    return {.type = header.p_type,
            .flags = header.p_flags,
            .offset = header.p_offset,
            .virtual_address = header.p_vaddr,
            .physical_address = header.p_paddr,
            .file_size = header.p_filesz,
            .memory_size = header.p_memsz,
            .align = header.p_align};
}

Result<std::vector<ElfSegment>> read_segments(::Elf *elf, std::uint64_t count, Bytes file, ElfExtent extent) {
    std::vector<ElfSegment> segments;
    segments.reserve(count); // the table lies inside the file, so this is less than the file
    for (std::size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(elf, static_cast<int>(i), &header))
            return bad_elf(fmt::format("program header {} cannot be read: {}", i, elf_errmsg(-1)));
        segments.push_back(segment_from(header));
        // /proc/kcore has segments without a physical address, all ones.
        if (extent == ElfExtent::whole)
            TRY(check_segment(segments.back(), i, file));
    }
    return segments;
}

std::uint32_t word_at(Bytes bytes, std::size_t offset, std::endian order) {
    return order == std::endian::little
               ? std::uint32_t{read_at<le32>(bytes, offset, "a note").value_or(le32{})}
               : std::uint32_t{read_at<be32>(bytes, offset, "a note").value_or(be32{})};
}

// Takes `size` bytes and the padding behind them, which the last note of a segment may lack.
Result<Bytes> take_padded(Bytes &rest, std::uint64_t size, std::uint64_t align) {
    Bytes taken = TRY(slice(rest, 0, size, "a note"));
    std::uint64_t padding = (align - size % align) % align;
    rest = rest.subspan(std::min<std::uint64_t>(size + padding, rest.size()));
    return taken;
}

// gABI, note section: name size, description size, type; the name with its NUL and the description, both
// padded to 4 bytes whatever the class, except where the segment is aligned to 8 (as linkers write GNU
// properties).
Result<ElfNote> next_note(Bytes &rest, std::endian order, std::uint64_t align) {
    constexpr std::size_t header_size = 3 * sizeof(le32);
    Bytes header = TRY(slice(rest, 0, header_size, "a note's header"));
    Bytes body = rest.subspan(header_size);
    std::uint64_t name_size = word_at(header, 0, order), description_size = word_at(header, 4, order);
    // The name starts behind the 12 bytes of the header, so its padding counts from there.
    std::uint64_t name_padding = (align - (header_size + name_size) % align) % align;
    Bytes name = TRY(slice(body, 0, name_size, "a note's name"));
    body = body.subspan(std::min<std::uint64_t>(name_size + name_padding, body.size()));
    Bytes description = TRY(take_padded(body, description_size, align));
    rest = body;
    return ElfNote{std::string(text_until_nul(name)), word_at(header, 8, order), description};
}

void add_notes(std::vector<ElfNote> &notes, Bytes rest, std::endian order, std::uint64_t align) {
    while (!rest.empty()) {
        auto note = next_note(rest, order, align);
        // The kernel ends the notes of a CPU with an empty one (append_elf_note and final_note).
        if (!note || (note->type == 0 && note->name.empty() && note->description.empty()))
            return;
        notes.push_back(std::move(*note));
    }
}

// The names of a section of them, without what elf_strptr() brings along to unpack a packed one: a twentieth
// of a static program.
class Names {
public:
    Names(Bytes file, ::Elf *elf, std::size_t section) {
        GElf_Shdr header;
        if (gelf_getshdr(elf_getscn(elf, section), &header) && header.sh_type == SHT_STRTAB)
            names_ = slice(file, header.sh_offset, header.sh_size, "names").value_or(Bytes());
    }

    bool has(const std::string &name, std::uint64_t offset) const {
        return offset < names_.size() && text_until_nul(names_.subspan(offset)) == name;
    }

private:
    Bytes names_;
};

std::optional<std::uint64_t> symbol_in(Bytes file, ::Elf *elf, Elf_Scn *section, const GElf_Shdr &header,
                                       const std::string &name) {
    Names names(file, elf, header.sh_link);
    Elf_Data *data = elf_getdata(section, nullptr);
    std::size_t entry_size = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    std::size_t count = data && entry_size != 0 ? data->d_size / entry_size : 0;
    for (std::size_t i = 0; i < count; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, static_cast<int>(i), &symbol))
            return std::nullopt;
        if (symbol.st_shndx != SHN_UNDEF && names.has(name, symbol.st_name))
            return symbol.st_value;
    }
    return std::nullopt;
}

void for_each_section(::Elf *elf, const auto &visit) {
    GElf_Shdr header;
    for (Elf_Scn *section = nullptr; elf && (section = elf_nextscn(elf, section)) != nullptr;)
        if (gelf_getshdr(section, &header))
            visit(header);
}

// Puts a header into the buffer in the order asked for.
template <typename Header> void encode(MutableBytes target, Header header, Elf_Type type, std::endian order) {
    Elf_Data from{}, to{};
    from.d_buf = &header;
    to.d_buf = target.data();
    from.d_size = to.d_size = sizeof header;
    from.d_type = to.d_type = type;
    from.d_version = to.d_version = EV_CURRENT;
    elf64_xlatetof(&to, &from, order == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB);
}

Elf64_Phdr header_from(const ElfSegment &segment) {
    return {.p_type = segment.type,
            .p_flags = segment.flags,
            .p_offset = segment.offset,
            .p_vaddr = segment.virtual_address,
            .p_paddr = segment.physical_address,
            .p_filesz = segment.file_size,
            .p_memsz = segment.memory_size,
            .p_align = segment.align};
}

Elf64_Ehdr core_header(std::uint16_t machine, std::endian order, std::size_t count) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = order == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_CORE;
    header.e_machine = machine;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<Elf64_Half>(std::min<std::size_t>(count, PN_XNUM));
    if (count >= PN_XNUM) {
        header.e_shoff = sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr);
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = 1;
    }
    return header;
}

} // namespace

Bytes Elf::bytes_of(const ElfSegment &segment) const {
    if (segment.offset > file.size())
        return {};
    return file.subspan(segment.offset,
                        std::min<std::uint64_t>(segment.file_size, file.size() - segment.offset));
}

bool is_elf(Bytes file) { return starts_with(file, as_bytes(std::string_view(ELFMAG, SELFMAG))); }

Result<Elf> read_elf(Bytes file, ElfExtent extent) {
    if (!is_elf(file))
        return fail(Cause::bad_image, "this is no ELF file: its first bytes are not 7f 45 4c 46",
                    "name another file");
    TRY(check_identification(file));
    Handle elf = open_elf(file);
    GElf_Ehdr header;
    if (!elf || !gelf_getehdr(elf.get(), &header))
        return bad_elf(fmt::format(
            "the header cannot be read ({}): e_shoff, e_shentsize or e_shnum tell of sections that cannot be",
            elf_errmsg(-1)));
    std::uint64_t count = TRY(check_table(elf.get(), header, file));
    // cppcheck-suppress selfAssignment ; a designated initializer assigns nothing
    return Elf{.file = file,
               .is_64_bit = header.e_ident[EI_CLASS] == ELFCLASS64,
               .order = header.e_ident[EI_DATA] == ELFDATA2LSB ? std::endian::little : std::endian::big,
               .type = header.e_type,
               .machine = header.e_machine,
               .entry = header.e_entry,
               .segments = TRY(read_segments(elf.get(), count, file, extent))};
}

bool has_interpreter(const Elf &elf) {
    return std::ranges::find(elf.segments, std::uint32_t{PT_INTERP}, &ElfSegment::type) != elf.segments.end();
}

std::vector<ElfNote> notes_of(const Elf &elf) {
    std::vector<ElfNote> notes;
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == PT_NOTE)
            add_notes(notes, elf.bytes_of(segment), elf.order, segment.align == 8 ? 8 : 4);
    return notes;
}

std::optional<std::uint64_t> symbol_value(const Elf &elf, const std::string &name) {
    Handle handle = open_elf(elf.file);
    for (Elf_Scn *section = nullptr; handle && (section = elf_nextscn(handle.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
            continue;
        if (auto value = symbol_in(elf.file, handle.get(), section, header, name))
            return value;
    }
    return std::nullopt;
}

Result<std::optional<Bytes>> section_bytes(const Elf &elf, const std::string &name) {
    Handle handle = open_elf(elf.file);
    std::size_t names = 0;
    if (!handle || elf_getshdrstrndx(handle.get(), &names) != 0)
        return std::nullopt;
    Names all(elf.file, handle.get(), names);
    for (Elf_Scn *section = nullptr; (section = elf_nextscn(handle.get(), section)) != nullptr;) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || !all.has(name, header.sh_name))
            continue;
        if (header.sh_type == SHT_NOBITS)
            return Bytes();
        return TRY(slice(elf.file, header.sh_offset, header.sh_size, "the section " + name));
    }
    return std::nullopt;
}

std::uint64_t end_of_contents(const Elf &elf) {
    std::uint64_t end = 0;
    auto reach = [&](std::uint64_t offset, std::uint64_t size) {
        end = std::max(end, size > UINT64_MAX - offset ? UINT64_MAX : offset + size);
    };
    for (const ElfSegment &segment : elf.segments)
        reach(segment.offset, segment.file_size);
    Handle handle = open_elf(elf.file);
    GElf_Ehdr header;
    if (handle && gelf_getehdr(handle.get(), &header)) {
        reach(header.e_phoff, std::uint64_t{header.e_phentsize} * elf.segments.size());
        reach(header.e_shoff, std::uint64_t{header.e_shentsize} * header.e_shnum);
    }
    for_each_section(handle.get(), [&](const GElf_Shdr &section) {
        if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL)
            reach(section.sh_offset, section.sh_size);
    });
    return std::min<std::uint64_t>(end, elf.file.size());
}

std::optional<std::uint64_t> section_address(const Elf &elf, const std::string &name) {
    Handle handle = open_elf(elf.file);
    std::optional<std::uint64_t> address;
    std::size_t names = 0;
    if (!handle || elf_getshdrstrndx(handle.get(), &names) != 0)
        return std::nullopt;
    Names all(elf.file, handle.get(), names);
    for_each_section(handle.get(), [&](const GElf_Shdr &section) {
        if (!address && all.has(name, section.sh_name))
            address = section.sh_addr;
    });
    return address;
}

Buffer write_core_header(std::uint16_t machine, std::endian order, const std::vector<ElfSegment> &segments) {
    elf_version(EV_CURRENT);
    bool counted_in_section = segments.size() >= PN_XNUM;
    Buffer buffer(sizeof(Elf64_Ehdr) + segments.size() * sizeof(Elf64_Phdr) +
                  (counted_in_section ? sizeof(Elf64_Shdr) : 0));
    MutableBytes rest = buffer;
    encode(rest, core_header(machine, order, segments.size()), ELF_T_EHDR, order);
    rest = rest.subspan(sizeof(Elf64_Ehdr));
    for (const ElfSegment &segment : segments) {
        encode(rest, header_from(segment), ELF_T_PHDR, order);
        rest = rest.subspan(sizeof(Elf64_Phdr));
    }
    if (counted_in_section) {
        Elf64_Shdr first{};
        first.sh_info = static_cast<Elf64_Word>(segments.size());
        encode(rest, first, ELF_T_SHDR, order);
    }
    return buffer;
}

} // namespace kexec
