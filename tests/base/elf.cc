// SPDX-License-Identifier: GPL-2.0-or-later
// Reading ELF files of both classes and byte orders, and writing core headers. What damaged ones are told
// stands in tests/formats/elf.cc.
#include "base/elf.h"

#include "tests/catch.h"
#include "tests/formats/build_elf.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

ElfPlan plan_for(bool is_64_bit, std::endian order) {
    ElfPlan plan = small_vmlinux();
    plan.is_64_bit = is_64_bit;
    plan.order = order;
    return plan;
}

bool same(const ElfSegment &one, const ElfSegment &other) {
    return one.type == other.type && one.flags == other.flags && one.offset == other.offset &&
           one.virtual_address == other.virtual_address && one.physical_address == other.physical_address &&
           one.file_size == other.file_size && one.memory_size == other.memory_size &&
           one.align == other.align;
}

ElfSegment ram_at(std::uint64_t address) {
    return {.type = PT_LOAD,
            .flags = PF_R,
            .offset = address + 0x10,
            .virtual_address = 0xffff888000000000 + address,
            .physical_address = address,
            .file_size = 0x1000,
            .memory_size = 0x1000,
            .align = 0};
}

} // namespace

TEST_CASE("an ELF file is read in both classes and both byte orders") {
    bool is_64_bit = GENERATE(true, false);
    std::endian order = GENERATE(std::endian::little, std::endian::big);
    ElfPlan plan = plan_for(is_64_bit, order);
    Buffer file = build_elf(plan);
    auto elf = read_elf(file);
    REQUIRE(elf);
    CHECK(elf->is_64_bit == is_64_bit);
    CHECK(elf->order == order);
    CHECK(elf->type == ET_EXEC);
    CHECK(elf->machine == EM_X86_64);
    CHECK(elf->entry == 0x1000000);
    REQUIRE(elf->segments.size() == 3);
    CHECK(elf->segments[1].physical_address == 0x1002000);
    CHECK(elf->segments[1].file_size == 4);
    CHECK(elf->segments[1].memory_size == 0x4000);
    CHECK(elf->segments[1].align == 0x1000);
    CHECK(elf->segments[1].flags == (PF_R | PF_X));
    CHECK(as_text(elf->bytes_of(elf->segments[1])) == "data");
}

TEST_CASE("an ELF file may lie at any address") {
    Buffer file = build_elf(small_vmlinux());
    for (std::size_t shift = 1; shift < 8; shift++) {
        Buffer shifted(shift);
        append(shifted, file);
        auto elf = read_elf(Bytes(shifted).subspan(shift));
        REQUIRE(elf);
        CHECK(as_text(elf->bytes_of(elf->segments[1])) == "data");
    }
}

TEST_CASE("a count of program headers that 16 bits do not hold stands in section header 0") {
    std::endian order = GENERATE(std::endian::little, std::endian::big);
    bool is_64_bit = GENERATE(true, false);
    ElfPlan plan = plan_for(is_64_bit, order);
    plan.segments.clear();
    for (std::uint64_t i = 0; i < 66000; i++)
        add_segment(plan, PT_LOAD, {}, 0x1000 * i);
    plan.counted_in_section = true;
    Buffer file = build_elf(plan);
    auto elf = read_elf(file);
    REQUIRE(elf);
    REQUIRE(elf->segments.size() == 66000);
    CHECK(elf->segments[65999].physical_address == 65999 * 0x1000);
}

TEST_CASE("the start of a file is enough when only the headers are wanted") {
    Buffer file = build_elf(small_vmlinux());
    Bytes start = Bytes(file).first(64 + 3 * 56);
    CHECK(!read_elf(start));
    auto elf = read_elf(start, ElfExtent::partial);
    REQUIRE(elf);
    CHECK(elf->segments.size() == 3);
    CHECK(elf->bytes_of(elf->segments[1]).empty());
    CHECK(notes_of(*elf).empty());
    CHECK(!read_elf(start.first(start.size() - 1), ElfExtent::partial));
    auto longer = read_elf(Bytes(file).first(64 + 3 * 56 + 100), ElfExtent::partial);
    REQUIRE(longer);
    CHECK(longer->bytes_of(longer->segments[0]).size() == 100);
}

TEST_CASE("notes are read in both byte orders, whatever the padding") {
    std::endian order = GENERATE(std::endian::little, std::endian::big);
    ElfPlan plan;
    plan.order = order;
    Buffer notes = build_note("CORE", 1, as_bytes("12345"), order);
    append(notes, build_note("VMCOREINFO", 0, as_bytes("OSRELEASE=6.1"), order));
    append(notes, build_note("", 0, {}, order));
    append(notes, build_note("hidden", 1, {}, order));
    add_segment(plan, PT_NOTE, notes, 0);
    Buffer file = build_elf(plan);
    auto read = notes_of(*read_elf(file));
    REQUIRE(read.size() == 2); // an empty note ends the segment
    CHECK(read[0].name == "CORE");
    CHECK(read[0].type == 1);
    CHECK(as_text(read[0].description) == "12345");
    CHECK(read[1].name == "VMCOREINFO");
    CHECK(as_text(read[1].description) == "OSRELEASE=6.1");
}

TEST_CASE("a damaged note ends its segment, and the next segment is read") {
    ElfPlan plan;
    Buffer notes = build_note("first", 1, as_bytes("abcd"), plan.order);
    std::size_t second = notes.size();
    append(notes, build_note("second", 2, as_bytes("efgh"), plan.order));
    std::size_t field = GENERATE(as<std::size_t>(), 0, 4); // the name's size, the description's
    std::uint32_t size = GENERATE(as<std::uint32_t>(), 100, 0x7fffffff, 0xfffffffd, 0xffffffff);
    write_at(notes, second + field, le32(size));
    add_segment(plan, PT_NOTE, notes, 0);
    add_segment(plan, PT_NOTE, build_note("other", 3, {}, plan.order), 0);
    Buffer file = build_elf(plan);
    auto read = notes_of(*read_elf(file));
    REQUIRE(read.size() == 2);
    CHECK(read[0].name == "first");
    CHECK(read[1].name == "other");
}

TEST_CASE("a symbol's value comes from the symbol table") {
    bool is_64_bit = GENERATE(true, false);
    std::endian order = GENERATE(std::endian::little, std::endian::big);
    ElfPlan plan = plan_for(is_64_bit, order);
    plan.symbols = {{"_text", 0x81000000}, {"phys_base", 0x82000010}};
    Buffer file = build_elf(plan);
    auto elf = read_elf(file);
    REQUIRE(elf);
    CHECK(symbol_value(*elf, "_text") == 0x81000000U);
    CHECK(symbol_value(*elf, "phys_base") == 0x82000010U);
    CHECK(!symbol_value(*elf, "phys"));
    CHECK(!symbol_value(*elf, ""));
    Buffer stripped = build_elf(plan_for(is_64_bit, order));
    CHECK(!symbol_value(*read_elf(stripped), "_text"));
}

TEST_CASE("looking for a symbol in a damaged file ends") {
    ElfPlan plan = small_vmlinux();
    plan.symbols = {{"_text", 0x81000000}};
    Buffer file = build_elf(plan);
    std::size_t table = file.size() - 3 * 64;
    for (std::size_t offset = table; offset < file.size(); offset++)
        for (unsigned value : {0x00U, 0x01U, 0x7fU, 0xffU}) {
            Buffer altered = file;
            altered[offset] = std::byte(value);
            auto elf = read_elf(altered);
            if (elf)
                (void)symbol_value(*elf, "_text");
            Bytes cut = Bytes(altered).first(offset);
            if (auto shorter = read_elf(cut))
                (void)symbol_value(*shorter, "_text");
        }
    CHECK(symbol_value(*read_elf(file), "_text") == 0x81000000U);
}

TEST_CASE("a core header that was written is read back, in both byte orders") {
    std::endian order = GENERATE(std::endian::little, std::endian::big);
    std::size_t count = GENERATE(as<std::size_t>(), 0, 1, 5, 65534, 65535, 70000);
    std::vector<ElfSegment> segments;
    for (std::size_t i = 0; i < count; i++)
        segments.push_back(ram_at(0x100000 * i));
    Buffer header = write_core_header(EM_S390, order, segments);
    CHECK(header.size() == 64 + count * 56 + (count >= 65535 ? 64 : 0));

    auto elf = read_elf(header, ElfExtent::partial);
    REQUIRE(elf);
    CHECK(elf->is_64_bit);
    CHECK(elf->order == order);
    CHECK(elf->type == ET_CORE);
    CHECK(elf->machine == EM_S390);
    CHECK(std::equal(segments.begin(), segments.end(), elf->segments.begin(), elf->segments.end(), same));
}

TEST_CASE("the program headers of a core stand straight behind its header") {
    Buffer header = write_core_header(EM_X86_64, std::endian::little, {ram_at(0x100000)});
    CHECK(read_at<le64>(header, 32, "e_phoff").value() == 64);
    CHECK(read_at<le16>(header, 54, "e_phentsize").value() == 56);
    CHECK(read_at<le16>(header, 56, "e_phnum").value() == 1);
    CHECK(read_at<le32>(header, 64, "p_type").value() == PT_LOAD);
    CHECK(read_at<le64>(header, 64 + 24, "p_paddr").value() == 0x100000);
    std::vector<ElfSegment> many(65535, ram_at(0));
    Buffer large = write_core_header(EM_X86_64, std::endian::little, many);
    CHECK(read_at<le16>(large, 56, "e_phnum").value() == 0xffff);
    CHECK(read_at<le64>(large, 40, "e_shoff").value() == 64 + 65535 * 56);
    CHECK(read_at<le32>(large, 64 + 65535 * 56 + 44, "sh_info").value() == 65535);
}

TEST_CASE("a section is found by its name") {
    Buffer file = build_elf_with_sections(small_vmlinux(), {{".one", Buffer(1, std::byte{'1'})},
                                                            {".two", Buffer(2, std::byte{'2'})}});
    Elf elf = read_elf(file).value();
    CHECK(as_text(**section_bytes(elf, ".two")) == "22");
    CHECK_FALSE(*section_bytes(elf, ".three"));
    CHECK_FALSE(*section_bytes(read_elf(build_elf(small_vmlinux())).value(), ".one"));
}

TEST_CASE("a section's address is found by its name, and where a file's contents end") {
    Buffer file =
        build_elf_with_sections(small_vmlinux(),
                                {{".data", Buffer(3, std::byte{'1'})},
                                 {.name = ".bss", .content = {}, .no_bits = true, .address = 0x1234000}});
    std::size_t size = file.size();
    file.resize(size + 100);
    Elf elf = read_elf(file).value();
    CHECK(section_address(elf, ".bss") == 0x1234000U);
    CHECK_FALSE(section_address(elf, ".brk"));
    CHECK(end_of_contents(elf) == size);
    Buffer plain = build_elf(small_vmlinux());
    CHECK_FALSE(section_address(read_elf(plain).value(), ".bss"));
    CHECK(end_of_contents(read_elf(plain).value()) <= plain.size());
}
