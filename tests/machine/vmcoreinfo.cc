// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/vmcoreinfo.h"

#include "tests/catch.h"
#include "tests/formats/build_elf.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("the note of /proc/kcore is found among others") {
    ElfPlan plan;
    plan.type = 4; // ET_CORE
    Buffer notes = build_note("CORE", 1, Buffer(336), plan.order);
    append(notes, build_note("VMCOREINFO", 0, as_bytes("OSRELEASE=6.1.0\nPAGESIZE=4096\n"), plan.order));
    add_segment(plan, 4, notes, 0); // PT_NOTE
    Buffer file = build_elf(plan);
    Elf core = read_elf(file).value();
    CHECK(vmcoreinfo_of(core) == "OSRELEASE=6.1.0\nPAGESIZE=4096\n");
    CHECK_FALSE(vmcoreinfo_of(Elf{}));
}

TEST_CASE("numbers are decimal or hexadecimal, and may be negative") {
    std::string_view text = "NUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0xfff1000040000000\n"
                            "NUMBER(kimage_voffset)=-5\nNUMBER(empty)=\nNUMBER(zero)=0\nNUMBER(word)=none\n";
    CHECK(vmcoreinfo_number(text, "VA_BITS") == 48);
    CHECK(vmcoreinfo_number(text, "PHYS_OFFSET") == 0xfff1000040000000);
    CHECK(vmcoreinfo_number(text, "kimage_voffset") == std::uint64_t{0} - 5);
    CHECK(vmcoreinfo_number(text, "zero") == 0);
    CHECK_FALSE(vmcoreinfo_number(text, "empty"));
    CHECK_FALSE(vmcoreinfo_number(text, "word"));
    CHECK_FALSE(vmcoreinfo_number(text, "VA_BIT"));
}
