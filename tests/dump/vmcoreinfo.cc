// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel says of itself: each kind of line, and what is none.
#include "dump/vmcoreinfo.h"

#include "tests/catch.h"

using namespace kexec;

TEST_CASE("each kind of line is read in its own base", "[vmcoreinfo]") {
    Vmcoreinfo info("OSRELEASE=6.1.0\nSYMBOL(prb)=ffffffff82a0b1c0\nSIZE(prb_desc)=24\n"
                    "OFFSET(prb_desc.state_var)=8\nNUMBER(phys_base)=-16777216\n"
                    "NUMBER(kimage_voffset)=0xffff7fffc0000000\nKERNELOFFSET=1c000000\nLAST=1");
    CHECK(info.text("OSRELEASE") == "6.1.0");
    CHECK(info.symbol("prb") == 0xffffffff82a0b1c0);
    CHECK(info.size("prb_desc") == 24);
    CHECK(info.offset("prb_desc.state_var") == 8);
    CHECK(info.number("phys_base") == std::uint64_t{0} - 16777216);
    CHECK(info.number("kimage_voffset") == 0xffff7fffc0000000);
    CHECK(info.hexadecimal("KERNELOFFSET") == 0x1c000000);
    CHECK(info.text("LAST") == "1");
}

TEST_CASE("what is no number, no line or no symbol is none", "[vmcoreinfo]") {
    Vmcoreinfo info("SYMBOL(prb)=0\nSYMBOL(a)=xyz\nSIZE(b)=-1\nOFFSET(c)=\nNUMBER(d)=\nno line\n=5\n");
    CHECK_FALSE(info.symbol("prb"));
    CHECK_FALSE(info.symbol("a"));
    CHECK_FALSE(info.symbol("not there"));
    CHECK_FALSE(info.size("b"));
    CHECK_FALSE(info.offset("c"));
    CHECK_FALSE(info.number("d"));
    CHECK_FALSE(info.empty());
    CHECK(Vmcoreinfo("").empty());
    CHECK(Vmcoreinfo(std::string_view("\0A=1", 4)).empty());
}
