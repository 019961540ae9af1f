// SPDX-License-Identifier: GPL-2.0-or-later
// ELF files with one field changed: what is said of each. And one cut short at every byte.
#include "base/elf.h"

#include "tests/catch.h"
#include "tests/formats/build_elf.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

struct Damage {
    const char *what;
    void (*edit)(ElfPlan &plan);
    const char *sentence; // behind "the ELF file is damaged: "
};

// small_vmlinux: 0x2d4 bytes of headers and contents; the text segment lies at 0xe8 of the file.
const Damage damages[] = {
    {"class 0", [](ElfPlan &p) { p.class_byte = 0; }, "EI_CLASS is 0, 1 (32 bits) or 2 (64 bits) is needed"},
    {"class 3", [](ElfPlan &p) { p.class_byte = 3; }, "EI_CLASS is 3, 1 (32 bits) or 2 (64 bits) is needed"},
    {"order 0", [](ElfPlan &p) { p.order_byte = 0; },
     "EI_DATA is 0, 1 (little endian) or 2 (big endian) is needed"},
    {"version 2", [](ElfPlan &p) { p.version_byte = 2; }, "EI_VERSION is 2, 1 is needed"},
    {"program header size", [](ElfPlan &p) { p.phentsize = 32; }, "e_phentsize is 32, 56 is needed"},
    {"program headers behind the end", [](ElfPlan &p) { p.phoff = 0x10000; },
     "3 program headers of 56 bytes at e_phoff 0x10000 do not fit into the file's SIZE bytes"},
    {"program headers that would wrap", [](ElfPlan &p) { p.phoff = UINT64_MAX - 8; },
     "3 program headers of 56 bytes at e_phoff 0xfffffffffffffff7 do not fit into the file's SIZE bytes"},
    {"too many program headers", [](ElfPlan &p) { p.phnum = 60000; },
     "60000 program headers of 56 bytes at e_phoff 0x40 do not fit into the file's SIZE bytes"},
    {"a count in a section that is not there", [](ElfPlan &p) { p.phnum = 0xffff; },
     "e_phnum is PN_XNUM, and there is no section header 0 at e_shoff 0x0 that tells the count"},
    {"a section table behind the end",
     [](ElfPlan &p) {
         p.counted_in_section = true;
         p.shoff = 0x100000;
     },
     "e_phnum is PN_XNUM, and there is no section header 0 at e_shoff 0x100000 that tells the count"},
    {"a count in a section that lies",
     [](ElfPlan &p) {
         p.counted_in_section = true;
         p.section_info = 0xffffffff;
     },
     "4294967295 program headers of 56 bytes at e_phoff 0x40 do not fit into the file's SIZE bytes"},
    {"a segment behind the end", [](ElfPlan &p) { p.segments[0].offset = 0x100000 - 0xe8; },
     "program header 0: p_offset 0x100000 and p_filesz FILESZ reach behind the end of the file, SIZEX"},
    {"an offset that would wrap", [](ElfPlan &p) { p.segments[0].offset = UINT64_MAX - 0xe8; },
     "program header 0: p_offset 0xffffffffffffffff and p_filesz FILESZ reach behind the end of the file, "
     "SIZEX"},
    {"a note behind the end", [](ElfPlan &p) { p.segments[2].file_size = 0x1000; },
     "program header 2: p_offset NOTE and p_filesz 0x1000 reach behind the end of the file, SIZEX"},
    {"more in the file than in memory", [](ElfPlan &p) { p.segments[1].memory_size = 3; },
     "program header 1: p_filesz is 0x4, more than p_memsz, 0x3"},
    {"a virtual end behind the last address",
     [](ElfPlan &p) { p.segments[1].virtual_address = UINT64_MAX - 0x3ffe; },
     "program header 1: p_vaddr 0xffffffffffffc001 and p_memsz 0x4000 pass the end of the address space"},
    {"a physical end behind the last address",
     [](ElfPlan &p) { p.segments[1].physical_address = UINT64_MAX - 0x3ffe; },
     "program header 1: p_paddr 0xffffffffffffc001 and p_memsz 0x4000 pass the end of the address space"},
    {"an alignment of 3", [](ElfPlan &p) { p.segments[0].align = 3; },
     "program header 0: p_align is 0x3, a power of two is needed"},
};

std::string filled_in(std::string sentence, const ElfPlan &plan, std::size_t size) {
    auto hexadecimal = [](std::uint64_t number) {
        char text[32];
        std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(number));
        return std::string(text);
    };
    auto fill = [&](const std::string &name, const std::string &value) {
        if (auto place = sentence.find(name); place != std::string::npos)
            sentence.replace(place, name.size(), value);
    };
    fill("SIZEX", hexadecimal(size));
    fill("SIZE", std::to_string(size));
    fill("FILESZ", hexadecimal(plan.segments[0].file_size));
    fill("NOTE", hexadecimal(plan.segments[2].offset + 64 + 3 * 56));
    return sentence;
}

} // namespace

TEST_CASE("each damaged field of an ELF file is named with what it is and what is needed") {
    for (const Damage &damage : damages) {
        ElfPlan plan = small_vmlinux();
        damage.edit(plan);
        Buffer file = build_elf(plan);
        auto elf = read_elf(file);
        CAPTURE(damage.what);
        REQUIRE(!elf);
        CHECK(elf.error().cause == Cause::bad_image);
        CHECK(elf.error().what ==
              "the ELF file is damaged: " + filled_in(damage.sentence, plan, file.size()));
        CHECK(elf.error().remedy == "copy the file here again, or name another file");
    }
}

TEST_CASE("what looks odd and is allowed is taken") {
    ElfPlan plan = small_vmlinux();
    plan.segments[0].align = 0;
    plan.segments[1].virtual_address = UINT64_MAX - 0x3fff; // its last byte is the last address
    plan.segments[2].align = 3;                             // no rule for what is not loaded
    ElfSegment &stack = add_segment(plan, PT_GNU_STACK, {}, 0);
    stack.offset = 0x100000; // of no bytes
    Buffer file = build_elf(plan);
    auto elf = read_elf(file);
    REQUIRE(elf);
    CHECK(elf->bytes_of(elf->segments[3]).empty());
}

TEST_CASE("an ELF file cut short anywhere is an error, in both classes and byte orders") {
    ElfPlan plan = small_vmlinux();
    plan.is_64_bit = GENERATE(true, false);
    plan.order = GENERATE(std::endian::little, std::endian::big);
    Buffer file = build_elf(plan);
    REQUIRE(read_elf(file));
    for (std::size_t size = 0; size < file.size() - 4;
         size++) { // the last segment is padded by up to 4 bytes
        auto elf = read_elf(Bytes(file).first(size));
        CAPTURE(size);
        REQUIRE(!elf);
        REQUIRE(elf.error().cause == Cause::bad_image);
        REQUIRE(!elf.error().remedy.empty());
    }
}

TEST_CASE("whatever the headers hold, no segment read lies outside the file") {
    Buffer file = build_elf(small_vmlinux());
    for (std::size_t offset = 4; offset < 64 + 3 * 56; offset++)
        for (unsigned value = 0; value < 256; value++) {
            Buffer altered = file;
            altered[offset] = std::byte(value);
            auto elf = read_elf(altered);
            if (!elf)
                continue;
            for (const ElfSegment &segment : elf->segments)
                REQUIRE((segment.file_size == 0 || elf->bytes_of(segment).size() == segment.file_size));
            (void)notes_of(*elf);
        }
}

TEST_CASE("what is no ELF file is not called a damaged one") {
    CHECK(!is_elf(as_bytes("\x7f"
                           "EL")));
    CHECK(is_elf(as_bytes("\x7f"
                          "ELF")));
    CHECK(read_elf(as_bytes("MZ")).error().what ==
          "this is no ELF file: its first bytes are not 7f 45 4c 46");
}
