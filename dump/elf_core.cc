// SPDX-License-Identifier: GPL-2.0-or-later
// The headers of an ELF core, by the System V ABI (gABI), chapters 4 and 5, and elf(5) for PN_XNUM. They are
// read one by one from a source that may be a pipe, which libelf cannot do. A field that a crash or a bad
// copy has damaged is put right where its value is not in doubt.
#include "dump/elf_core.h"

#include "dump/elf_notes.h"
#include "dump/fault.h"
#include "dump/intervals.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {

namespace {

// Where the fields of each class stand and how large they are.
struct Layout {
    std::uint64_t wide; // an address, an offset or a size
    std::uint64_t header_size, phoff, shoff, phentsize, phnum;
    std::uint64_t entry_size, p_offset, p_vaddr, p_paddr, p_filesz;
    std::uint64_t section_size, sh_info;
};
constexpr Layout layout_64{8, 64, 32, 40, 54, 56, 56, 8, 16, 24, 32, 64, 44};
constexpr Layout layout_32{4, 52, 28, 32, 42, 44, 32, 4, 8, 12, 16, 40, 28};
constexpr std::uint64_t machine_offset = 18, version_offset = 20;

// 4 TiB in pieces of 16 MiB, as memory that comes and goes has them: 20 MiB here.
constexpr std::uint64_t most_headers = 256 << 10;

struct Segment {
    std::uint32_t type;
    std::uint64_t offset, virtual_address, physical_address, file_size;
};

class ElfCore : public Core {
public:
    explicit ElfCore(DumpSource &source) : source_(source) {}

    Result<void> open(std::vector<std::string> &notes);
    bool holds(Place place) const override { return find(place).has_value(); }
    Result<std::size_t> read(Place place, MutableBytes target) override;
    std::optional<std::uint64_t> extended(std::uint64_t address) const override;
    bool goes_forward_only() const override { return source_.goes_forward_only(); }
    void gather(const std::vector<MemoryPart> &parts) override;

private:
    struct Table {
        std::uint64_t offset, count;
        bool is_counted; // else it ends where headers stop to make sense
    };
    Result<void> read_identification();
    Result<Table> read_header(std::vector<std::string> &notes);
    std::optional<std::uint64_t> count_in_section(std::uint64_t shoff);
    Result<void> read_table(Table table, std::vector<std::string> &notes);
    Segment segment_from(Bytes bytes) const;
    void add(const Segment &segment);
    void find_vmcoreinfo(std::uint64_t behind_table, std::vector<std::string> &notes);
    std::optional<Intervals::Hit> find(Place place) const;

    DumpSource &source_;
    Layout layout_ = layout_64;
    std::vector<DumpExtent> notes_;
    Intervals virtual_{Intervals::Counts::first_added};  // virtual address to offset
    Intervals physical_{Intervals::Counts::first_added}; // physical address to offset
    Intervals mapped_{Intervals::Counts::first_added};   // virtual address to physical address
};

Result<void> ElfCore::read_identification() {
    Buffer ident(EI_NIDENT);
    std::size_t got = TRY(source_.read(0, ident));
    if (got < ident.size())
        return fail_dump(Fault::identification,
                         fmt::format("the file has {} bytes, and an ELF core starts with {}", got,
                                     unsigned{EI_NIDENT}),
                         "copy the dump here again, or name another file");
    auto at = [&](std::size_t index) { return std::to_integer<unsigned>(ident[index]); };
    if (at(EI_CLASS) != ELFCLASS32 && at(EI_CLASS) != ELFCLASS64)
        return fail_dump(Fault::elf_class,
                         fmt::format("EI_CLASS is {}, 1 (32 bits) or 2 (64 bits) is needed", at(EI_CLASS)),
                         "copy the dump here again");
    if (at(EI_DATA) != ELFDATA2LSB && at(EI_DATA) != ELFDATA2MSB)
        return fail_dump(Fault::elf_order,
                         fmt::format("EI_DATA is {}, 1 (little endian) or 2 (big endian) is needed",
                                     at(EI_DATA)),
                         "copy the dump here again");
    if (at(EI_VERSION) != EV_CURRENT)
        return fail_dump(Fault::elf_version, fmt::format("EI_VERSION is {}, 1 is needed", at(EI_VERSION)),
                         "copy the dump here again");
    bool is_64_bit = at(EI_CLASS) == ELFCLASS64;
    layout_ = is_64_bit ? layout_64 : layout_32;
    foreign.word = is_64_bit ? 8 : 4;
    foreign.order = at(EI_DATA) == ELFDATA2LSB ? std::endian::little : std::endian::big;
    return {};
}

// e_phnum holds 16 bits; PN_XNUM in it says that the count stands in sh_info of section header 0.
std::optional<std::uint64_t> ElfCore::count_in_section(std::uint64_t shoff) {
    Buffer section(layout_.section_size);
    if (shoff == 0 || !read_all(source_, shoff, section, "section header 0"))
        return std::nullopt;
    std::uint64_t count = foreign.number(section, layout_.sh_info, 4);
    if (count == 0)
        return std::nullopt;
    return count;
}

Result<ElfCore::Table> ElfCore::read_header(std::vector<std::string> &notes) {
    Buffer header(layout_.header_size);
    if (auto got = read_all(source_, 0, header, "the ELF header"); !got)
        return fail_dump(Fault::header, got.error().what, got.error().remedy);
    machine = static_cast<std::uint16_t>(foreign.number(header, machine_offset, 2));
    if (std::uint64_t version = foreign.number(header, version_offset, 4); version != EV_CURRENT)
        notes.push_back(fmt::format("e_version is {}, not 1; going on", version));
    if (std::uint64_t size = foreign.number(header, layout_.phentsize, 2); size != layout_.entry_size)
        notes.push_back(fmt::format("e_phentsize is {}; going on with {}", size, layout_.entry_size));

    Table table{foreign.number(header, layout_.phoff, layout_.wide), foreign.number(header, layout_.phnum, 2),
                true};
    if (table.offset < layout_.header_size || table.offset > std::uint64_t{1} << 40) {
        notes.push_back(fmt::format("e_phoff is {:#x}; going on with the place behind the header, {:#x}",
                                    table.offset, layout_.header_size));
        table.offset = layout_.header_size;
    }
    if (table.count != PN_XNUM && table.count != 0)
        return table;
    auto counted = table.count == PN_XNUM
                       ? count_in_section(foreign.number(header, layout_.shoff, layout_.wide))
                       : std::nullopt;
    if (!counted)
        notes.push_back(
            "the headers do not tell how many of them there are; going on as far as they make sense");
    return Table{table.offset, counted.value_or(most_headers), counted.has_value()};
}

Segment ElfCore::segment_from(Bytes bytes) const {
    auto wide = [&](std::uint64_t offset) { return foreign.number(bytes, offset, layout_.wide); };
    return {static_cast<std::uint32_t>(foreign.number(bytes, 0, 4)), wide(layout_.p_offset),
            wide(layout_.p_vaddr), wide(layout_.p_paddr), wide(layout_.p_filesz)};
}

void ElfCore::add(const Segment &segment) {
    // What reaches behind the largest file there can be is damaged.
    constexpr std::uint64_t most = INT64_MAX;
    if (segment.offset > most || segment.file_size > most - segment.offset)
        return;
    if (segment.type == PT_NOTE)
        notes_.push_back({segment.offset, segment.file_size});
    if (segment.type != PT_LOAD)
        return;
    // Collectors write 0 or all ones for an address that they do not know: 0 is one only where the kernel's
    // addresses are the physical ones (s390x, and user processes).
    bool is_mapped = segment.virtual_address != foreign.word_mask() &&
                     (segment.virtual_address != 0 || machine == EM_S390);
    if (is_mapped)
        virtual_.add(segment.virtual_address, segment.file_size, segment.offset);
    if (segment.physical_address != foreign.word_mask()) {
        physical_.add(segment.physical_address, segment.file_size, segment.offset);
        if (is_mapped)
            mapped_.add(segment.virtual_address, segment.file_size, segment.physical_address);
    }
}

Result<void> ElfCore::read_table(Table table, std::vector<std::string> &notes) {
    if (table.count > most_headers)
        notes.push_back(fmt::format("there are {} program headers; going on with the first {}", table.count,
                                    most_headers));
    Buffer bytes(layout_.entry_size);
    for (std::uint64_t i = 0; i < std::min(table.count, most_headers); i++) {
        auto got = read_all(source_, table.offset + i * layout_.entry_size, bytes, "the program headers");
        if (!got && i == 0)
            return fail_dump(Fault::table, got.error().what, got.error().remedy);
        if (!got) {
            notes.push_back(
                fmt::format("program header {} cannot be read; going on with those before it", i));
            break;
        }
        Segment segment = segment_from(bytes);
        if (!table.is_counted && segment.type != PT_LOAD && segment.type != PT_NOTE)
            break;
        add(segment);
    }
    virtual_.sort();
    physical_.sort();
    mapped_.sort();
    return {};
}

void ElfCore::find_vmcoreinfo(std::uint64_t behind_table, std::vector<std::string> &notes) {
    for (const DumpExtent &extent : notes_)
        if (auto text = vmcoreinfo_in_notes(source_, extent, foreign)) {
            info = Vmcoreinfo(*text);
            return;
        }
    if (auto text = vmcoreinfo_near(source_, behind_table, foreign)) {
        notes.push_back(
            "no program header leads to the VMCOREINFO note; going on with one found behind them");
        info = Vmcoreinfo(*text);
    }
}

Result<void> ElfCore::open(std::vector<std::string> &notes) {
    TRY(read_identification());
    Table table = TRY(read_header(notes));
    auto read = read_table(table, notes);
    bool is_usable = read && (!notes_.empty() || physical_.count() > 0);
    if (!is_usable && table.offset != layout_.header_size) {
        notes.push_back(fmt::format("no headers stand at e_phoff, {:#x}; going on with the place behind the "
                                    "header, {:#x}",
                                    table.offset, layout_.header_size));
        table.offset = layout_.header_size;
        read = read_table(table, notes);
    }
    TRY(std::move(read));
    find_vmcoreinfo(layout_.header_size, notes);
    return {};
}

// Of a pipe, the copy that has not passed: x86_64's kernel image is in most dumps twice, under its own header
// and in the memory it lies in.
std::optional<Intervals::Hit> ElfCore::find(Place place) const {
    auto still_there = [this](std::uint64_t offset) { return source_.holds(offset); };
    if (place.is_physical)
        return physical_.find(place.address, still_there);
    if (auto hit = virtual_.find(place.address, still_there))
        return hit;
    auto physical = mapped_.find(place.address);
    if (!physical)
        return std::nullopt;
    auto hit = physical_.find(physical->target, still_there);
    if (hit)
        hit->size = std::min(hit->size, physical->size);
    return hit;
}

Result<std::size_t> ElfCore::read(Place place, MutableBytes target) {
    auto hit = find(place);
    if (!hit)
        return fail_dump(Fault::unmapped,
                         fmt::format("no program header covers the {} address {:#x}",
                                     place.is_physical ? "physical" : "virtual", place.address));
    std::size_t size = std::min<std::uint64_t>(target.size(), hit->size);
    std::size_t got = TRY(source_.read(hit->target, target.first(size)));
    if (got == 0)
        return fail_dump(Fault::read, fmt::format("the dump ends before offset {:#x}, where the memory at "
                                                  "{:#x} should lie",
                                                  hit->target, place.address));
    return got;
}

std::optional<std::uint64_t> ElfCore::extended(std::uint64_t address) const {
    return mapped_.extended(address);
}

void ElfCore::gather(const std::vector<MemoryPart> &parts) {
    std::vector<DumpExtent> extents;
    for (MemoryPart part : parts)
        while (part.size > 0) {
            auto hit = find(part.place);
            if (!hit)
                break;
            std::uint64_t size = std::min(hit->size, part.size);
            extents.push_back({hit->target, size});
            part.place.address += size;
            part.size -= size;
        }
    source_.gather(std::move(extents));
}

} // namespace

bool is_elf_core(Bytes head) { return starts_with(head, as_bytes(std::string_view(ELFMAG, SELFMAG))); }

Result<std::unique_ptr<Core>> open_elf_core(DumpSource &source, std::vector<std::string> &notes) {
    auto core = std::make_unique<ElfCore>(source);
    TRY(core->open(notes));
    return core;
}

} // namespace kexec
