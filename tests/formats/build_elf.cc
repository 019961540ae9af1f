// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the fields one after another in the order that the System V ABI gives them, chapters 4 and 5:
// header, program headers, contents, and section headers where symbols or a large count ask for them.
#include "tests/formats/build_elf.h"

#include <algorithm>
#include <elf.h>

namespace kexec::testing {

namespace {

// Appends numbers in the file's byte order and word size.
class Writer {
public:
    explicit Writer(const ElfPlan &plan) : plan_(plan) {}

    void half(std::uint64_t value) { put<std::uint16_t>(value); }
    void word(std::uint64_t value) { put<std::uint32_t>(value); }
    // An address, an offset or a size.
    void wide(std::uint64_t value) {
        plan_.is_64_bit ? put<std::uint64_t>(value) : put<std::uint32_t>(value);
    }
    void bytes(Bytes more) { append(buffer, more); }

    Buffer buffer;

private:
    template <typename T> void put(std::uint64_t value) {
        if (plan_.order == std::endian::little)
            bytes(bytes_of(Stored<T, std::endian::little>(static_cast<T>(value))));
        else
            bytes(bytes_of(Stored<T, std::endian::big>(static_cast<T>(value))));
    }
    const ElfPlan &plan_;
};

struct Sizes {
    std::uint64_t header, segment, section, symbol;
};
constexpr Sizes sizes_64{64, 56, 64, 24}, sizes_32{52, 32, 40, 16};

struct Layout {
    Sizes sizes;
    std::uint64_t contents, symbols, names, sections; // offsets
    std::uint64_t section_count;
};

std::string names_of(const ElfPlan &plan) {
    std::string names(1, '\0');
    for (const auto &[name, value] : plan.symbols)
        names += name + '\0';
    return names;
}

Layout layout_of(const ElfPlan &plan) {
    Layout layout{plan.is_64_bit ? sizes_64 : sizes_32, 0, 0, 0, 0, 0};
    layout.contents = layout.sizes.header + plan.segments.size() * layout.sizes.segment;
    layout.symbols = (layout.contents + plan.contents.size() + 7) / 8 * 8;
    layout.names =
        layout.symbols + (plan.symbols.empty() ? 0 : (plan.symbols.size() + 1) * layout.sizes.symbol);
    layout.sections = (layout.names + (plan.symbols.empty() ? 0 : names_of(plan).size()) + 7) / 8 * 8;
    layout.section_count = !plan.symbols.empty() ? 3 : plan.counted_in_section ? 1 : 0;
    return layout;
}

void write_header(Writer &out, const ElfPlan &plan, const Layout &layout) {
    auto byte = [](std::optional<std::uint8_t> set, int otherwise) {
        return std::byte(set.value_or(otherwise));
    };
    out.bytes(as_bytes(std::string_view(ELFMAG, SELFMAG)));
    const std::byte ident[EI_NIDENT - SELFMAG] = {
        byte(plan.class_byte, plan.is_64_bit ? ELFCLASS64 : ELFCLASS32),
        byte(plan.order_byte, plan.order == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB),
        byte(plan.version_byte, EV_CURRENT),
    };
    out.bytes(ident);
    out.half(plan.type);
    out.half(plan.machine);
    out.word(EV_CURRENT);
    out.wide(plan.entry);
    out.wide(plan.phoff.value_or(layout.sizes.header));
    out.wide(plan.shoff.value_or(layout.section_count ? layout.sections : 0));
    out.word(0); // e_flags
    out.half(layout.sizes.header);
    out.half(plan.phentsize.value_or(layout.sizes.segment));
    out.half(plan.phnum.value_or(plan.counted_in_section ? PN_XNUM : plan.segments.size()));
    out.half(layout.section_count ? layout.sizes.section : 0);
    out.half(layout.section_count);
    out.half(0); // e_shstrndx
}

void write_segment(Writer &out, const ElfPlan &plan, const ElfSegment &segment, std::uint64_t base) {
    out.word(segment.type);
    if (plan.is_64_bit)
        out.word(segment.flags);
    out.wide(segment.offset + base);
    out.wide(segment.virtual_address);
    out.wide(segment.physical_address);
    out.wide(segment.file_size);
    out.wide(segment.memory_size);
    if (!plan.is_64_bit)
        out.word(segment.flags);
    out.wide(segment.align);
}

void write_symbol(Writer &out, const ElfPlan &plan, std::uint64_t name, std::uint64_t value,
                  std::uint64_t section) {
    constexpr unsigned global_object = (STB_GLOBAL << 4) | STT_OBJECT;
    const std::byte info_and_other[] = {std::byte(global_object), std::byte(0)};
    out.word(name);
    if (plan.is_64_bit) {
        out.bytes(info_and_other);
        out.half(section);
        out.wide(value);
        out.wide(8);
    } else {
        out.wide(value);
        out.wide(8);
        out.bytes(info_and_other);
        out.half(section);
    }
}

void write_symbols(Writer &out, const ElfPlan &plan) {
    write_symbol(out, plan, 0, 0, SHN_UNDEF);
    std::uint64_t name = 1;
    for (const auto &[text, value] : plan.symbols) {
        write_symbol(out, plan, name, value, SHN_ABS);
        name += text.size() + 1;
    }
    out.bytes(as_bytes(names_of(plan)));
}

struct Section {
    std::uint64_t type = SHT_NULL, offset = 0, size = 0, link = 0, info = 0, entry_size = 0, name = 0,
                  address = 0;
};

void write_section(Writer &out, const Section &section) {
    out.word(section.name);
    out.word(section.type);
    out.wide(0); // sh_flags
    out.wide(section.address);
    out.wide(section.offset);
    out.wide(section.size);
    out.word(section.link);
    out.word(section.info);
    out.wide(section.type == SHT_NULL ? 0 : 8); // sh_addralign
    out.wide(section.entry_size);
}

void write_sections(Writer &out, const ElfPlan &plan, const Layout &layout) {
    std::uint64_t count = plan.counted_in_section ? plan.segments.size() : 0;
    write_section(out, {.info = plan.section_info.value_or(count)});
    if (plan.symbols.empty())
        return;
    write_section(out, {.type = SHT_SYMTAB,
                        .offset = layout.symbols,
                        .size = layout.names - layout.symbols,
                        .link = 2,
                        .info = 1,
                        .entry_size = layout.sizes.symbol});
    write_section(out, {.type = SHT_STRTAB, .offset = layout.names, .size = names_of(plan).size()});
}

} // namespace

ElfSegment &add_segment(ElfPlan &plan, std::uint32_t type, Bytes content, std::uint64_t address) {
    plan.segments.push_back({.type = type,
                             .flags = PF_R | PF_X,
                             .offset = plan.contents.size(),
                             .virtual_address = address,
                             .physical_address = address,
                             .file_size = content.size(),
                             .memory_size = content.size(),
                             .align = type == PT_LOAD ? 0x1000U : 4U});
    append(plan.contents, content);
    plan.contents.resize((plan.contents.size() + 7) / 8 * 8);
    return plan.segments.back();
}

ElfPlan small_vmlinux(std::string_view release) {
    ElfPlan plan;
    Buffer text(600, std::byte{0x90});
    append(text, as_bytes("Linux version %s (%s)\n"));
    text.push_back(std::byte{0});
    append(text, as_bytes("Linux version " + std::string(release) + " (builder) #1 SMP"));
    text.push_back(std::byte{0});
    add_segment(plan, PT_LOAD, text, 0x1000000);
    add_segment(plan, PT_LOAD, as_bytes("data"), 0x1002000).memory_size = 0x4000;
    add_segment(plan, PT_NOTE, build_note("GNU", 3, as_bytes("build-id"), plan.order), 0x1001000);
    return plan;
}

Buffer build_note(std::string_view name, std::uint32_t type, Bytes description, std::endian order) {
    ElfPlan plan;
    plan.order = order;
    Writer out(plan);
    out.word(name.size() + 1);
    out.word(description.size());
    out.word(type);
    auto padded = [&](Bytes bytes) {
        out.bytes(bytes);
        out.buffer.resize((out.buffer.size() + 3) / 4 * 4);
    };
    padded(as_bytes(std::string(name) + '\0'));
    padded(description);
    return out.buffer;
}

Buffer build_elf(const ElfPlan &plan) {
    Layout layout = layout_of(plan);
    Writer out(plan);
    write_header(out, plan, layout);
    for (const ElfSegment &segment : plan.segments)
        write_segment(out, plan, segment, layout.contents);
    out.bytes(plan.contents);
    if (layout.section_count == 0)
        return out.buffer;
    out.buffer.resize(layout.symbols);
    if (!plan.symbols.empty())
        write_symbols(out, plan);
    out.buffer.resize(layout.sections);
    write_sections(out, plan, layout);
    return out.buffer;
}

Buffer build_elf_with_sections(const ElfPlan &plan, const std::vector<NamedSection> &sections) {
    Writer out(plan);
    out.bytes(build_elf(plan));
    std::vector<Section> table(1);
    std::string names(1, '\0');
    for (const NamedSection &each : sections) {
        table.push_back({.type = each.no_bits ? std::uint64_t{SHT_NOBITS} : std::uint64_t{SHT_PROGBITS},
                         .offset = out.buffer.size(),
                         .size = each.content.size(),
                         .name = names.size(),
                         .address = each.address});
        if (!each.no_bits)
            out.bytes(each.content);
        names += each.name + '\0';
    }
    table.push_back({.type = SHT_STRTAB, .offset = out.buffer.size(), .size = names.size()});
    out.bytes(as_bytes(names));
    std::uint64_t start = out.buffer.size();
    for (const Section &section : table)
        write_section(out, section);
    Writer place(plan), counts(plan); // e_shoff; e_shentsize, e_shnum and e_shstrndx
    place.wide(start);
    for (std::uint64_t half : {plan.is_64_bit ? sizes_64.section : sizes_32.section,
                               std::uint64_t{table.size()}, std::uint64_t{table.size() - 1}})
        counts.half(half);
    std::ranges::copy(place.buffer, out.buffer.begin() + (plan.is_64_bit ? 40 : 32));
    std::ranges::copy(counts.buffer, out.buffer.begin() + (plan.is_64_bit ? 58 : 46));
    return out.buffer;
}

} // namespace kexec::testing
