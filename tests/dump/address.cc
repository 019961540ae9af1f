// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel addresses of each machine, by what its VMCOREINFO says and by its page table.
#include "dump/address.h"

#include "tests/catch.h"
#include "tests/dump/build_dump.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

// A core that only says what it is.
class Bare : public Core {
public:
    Bare(std::uint16_t of, std::string_view text) {
        machine = of;
        info = Vmcoreinfo(text);
    }
    bool holds(Place) const override { return false; }
    Result<std::size_t> read(Place, MutableBytes) override { return 0; }
};

using Addresses = std::vector<std::uint64_t>;

Addresses of(std::uint16_t machine, std::string_view text, std::uint64_t address) {
    return linear_addresses(Bare(machine, text), address);
}

} // namespace

TEST_CASE("x86_64: the image by phys_base, the direct map where it is without KASLR", "[address]") {
    CHECK(of(EM_X86_64, "NUMBER(phys_base)=16777216\n", 0xffffffff82000000) == Addresses{0x3000000});
    CHECK(of(EM_X86_64, "NUMBER(phys_base)=-4194304\n", 0xffffffff82000000) == Addresses{0x1c00000});
    CHECK(of(EM_X86_64, "", 0xffff888012345678).front() == 0x12345678);
    CHECK(of(EM_X86_64, "", 0xff11000012345678) == Addresses{0x12345678});
    CHECK(of(EM_X86_64, "", 0xffffc90000000000).empty());
}

TEST_CASE("arm64: image and linear map, whichever half they lie in", "[address]") {
    const char *now = "NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xffff7fffc0000000\n"
                      "NUMBER(PHYS_OFFSET)=0x40000000\nSYMBOL(_stext)=ffff800008010000\n";
    CHECK(of(EM_AARCH64, now, 0xffff800008010000) == Addresses{0x48010000});
    CHECK(of(EM_AARCH64, now, 0xffff000001234000) == Addresses{0x41234000});
    CHECK(of(EM_AARCH64, now, 0xf3ff000001234000) == Addresses{0x41234000}); // with a tag
    const char *before_5_4 = "NUMBER(VA_BITS)=48\nNUMBER(kimage_voffset)=0xfffeffffc8000000\n"
                             "NUMBER(PHYS_OFFSET)=0x40000000\nSYMBOL(_stext)=ffff000010080000\n";
    CHECK(of(EM_AARCH64, before_5_4, 0xffff000010080000) == Addresses{0x48080000});
    CHECK(of(EM_AARCH64, before_5_4, 0xffff800001234000) == Addresses{0x41234000});
    // A kernel for 52 bits on a machine that has 48: PHYS_OFFSET is moved by what the maps differ.
    const char *wide =
        "NUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x10\nNUMBER(kimage_voffset)=0xffff7fffc0000000\n"
        "NUMBER(PHYS_OFFSET)=0xfff1000040000000\nSYMBOL(_stext)=ffff800008010000\n";
    CHECK(of(EM_AARCH64, wide, 0xffff000001234000) == Addresses{0x41234000});
    CHECK(of(EM_AARCH64, "", 0xffff000001234000).empty());
}

TEST_CASE("ppc64, s390x, riscv and others", "[address]") {
    CHECK(of(EM_PPC64, "", 0xc000000001234000) == Addresses{0x1234000});
    CHECK(of(EM_PPC64, "", 0xd000000001234000).empty());
    CHECK(of(EM_S390, "KERNELOFFSET=100000\n", 0x1234000) == Addresses{0x1234000});
    const char *apart = "IDENTITYBASE=10000000\nKERNELOFFSET=3ffe0000000\nKERNELOFFPHYS=200000\n";
    CHECK(of(EM_S390, apart, 0x3ffe0001000) == Addresses{0x201000});
    CHECK(of(EM_S390, apart, 0x11234000) == Addresses{0x1234000});
    const char *riscv = "NUMBER(PAGE_OFFSET)=0xff60000000000000\nNUMBER(phys_ram_base)=2147483648\n"
                        "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000\n"
                        "NUMBER(va_kernel_pa_offset)=0xfffffffeffe00000\n";
    CHECK(of(EM_RISCV, riscv, 0xffffffff80001000).front() == 0x80201000);
    CHECK(of(EM_RISCV, riscv, 0xff60000000001000).front() == 0x80001000);
    CHECK(of(EM_386, "", 0xc0100000).empty());
}

TEST_CASE("x86_64's page table leads to pages of each size", "[address]") {
    // Four levels at physical_base, below the image's map; the direct map starts where KASLR put it.
    BuiltLog tables{{}, Buffer(8 * 4096), "", {}, {}};
    std::uint64_t base = tables.shape.base; // of the memory, and of swapper_pg_dir
    constexpr std::uint64_t start = 0xffff9a8000000000, mask = 1ULL << 47;
    auto entry = [&](unsigned table, std::uint64_t index, std::uint64_t value) {
        tables.put(base + table * 4096 + index * 8, 8, value);
    };
    auto next = [&](unsigned table) { return (physical_base + table * 4096) | mask | 0x63; };
    entry(0, start >> 39 & 511, next(1));
    entry(1, start >> 30 & 511, next(2));
    entry(1, (start >> 30 & 511) + 1, 0x80000000 | 0xe3); // 1 GiB
    entry(2, 0, 0x40000000 | mask | 0xe3);                // 2 MiB
    entry(2, 1, next(3));
    entry(3, 5, 0x12345000 | mask | 0x63); // 4 KiB
    tables.info =
        "SYMBOL(swapper_pg_dir)=ffffffff81000000\nNUMBER(phys_base)=0\nNUMBER(sme_mask)=140737488355328\n";
    MemorySource source(elf_dump(tables));
    auto dump = open_dump(source);
    REQUIRE(dump);
    Core &core = *dump->core;
    CHECK(walk_page_table(core, start + 0x1234) == 0x40001234);
    CHECK(walk_page_table(core, start + 0x200000 + 0x5678) == 0x12345678);
    CHECK(walk_page_table(core, start + 0x40000000 + 0x1234567) == 0x81234567);
    CHECK_FALSE(walk_page_table(core, start + 0x200000));
    CHECK_FALSE(walk_page_table(core, 0xffff888000000000));
}
