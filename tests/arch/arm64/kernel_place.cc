// SPDX-License-Identifier: GPL-2.0-or-later
// Where kernels of each age have mapped memory and themselves. The numbers of the cases are those that such
// kernels print.
#include "arch/arm64/kernel_place.h"

#include "tests/catch.h"
#include "tests/formats/build_elf.h"
#include "tests/machine/made.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::arm64;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t start_48 = 0xffff000000000000;
constexpr std::uint64_t start_52 = 0xfff0000000000000;

ElfSegment mapping(std::uint64_t address, std::uint64_t size) {
    return {.type = PT_LOAD,
            .flags = 7,
            .offset = 0,
            .virtual_address = address,
            .physical_address = 0,
            .file_size = size,
            .memory_size = size,
            .align = 4096};
}

// The start of /proc/kcore: headers, and the note of vmcoreinfo where there is one.
Buffer kcore(const std::vector<ElfSegment> &mappings, std::string_view vmcoreinfo) {
    Buffer note = build_note("VMCOREINFO", 0, as_bytes(vmcoreinfo), std::endian::little);
    if (vmcoreinfo.empty())
        note.clear();
    std::vector<ElfSegment> segments = {{PT_NOTE, 0, 0, 0, 0, note.size(), 0, 0}};
    segments.insert(segments.end(), mappings.begin(), mappings.end());
    segments[0].offset = 64 + 56 * segments.size();
    Buffer file = write_core_header(EM_AARCH64, std::endian::little, segments);
    append(file, note);
    return file;
}

Machine with_kernel_at(Range code, Range data, const Ranges &ram) {
    Machine machine;
    machine.system_ram = ram;
    machine.resources = {{*ram.begin(), 0, "System RAM"}, {code, 1, "Kernel code"}, {data, 1, "Kernel data"}};
    return machine;
}

} // namespace

TEST_CASE("a kernel of today: linear map in the lower half") {
    CHECK(linear_offset_of({48, 0x40000000, 16, {}}) == start_48 - 0x40000000);
    CHECK(linear_offset_of({39, 0x80000000, 25, {}}) == 0xffffff8000000000 - 0x80000000);
}

TEST_CASE("between 5.4 and 5.6 the image tells that the linear map is in the lower half") {
    CHECK(linear_offset_of({39, 0, {}, 0xffffffc010080000}) == 0xffffff8000000000);
    CHECK(linear_offset_of({48, 0, {}, 0xffff800010080000}) == 0xffff000000000000);
}

TEST_CASE("before 5.4 the linear map is in the upper half, the image in the lower") {
    CHECK(linear_offset_of({39, 0, {}, 0xffffff8008080000}) == 0xffffffc000000000);
    CHECK(linear_offset_of({48, 0x40000000, {}, 0xffff000008080000}) == 0xffff800000000000 - 0x40000000);
}

TEST_CASE("a PHYS_OFFSET that was randomised may be negative") {
    std::uint64_t physical = std::uint64_t{0x40000000} - 0x7ec0000000;
    std::uint64_t offset = linear_offset_of({48, physical, 16, {}}).value();
    CHECK(0x40000000 + offset == start_48 + 0x7ec0000000);
}

TEST_CASE("a kernel for 52 bits on a CPU with 48") {
    SECTION("since 5.11 its PHYS_OFFSET is made smaller") {
        std::uint64_t physical = 0x40000000 - (start_48 - start_52);
        CHECK(linear_offset_of({52, physical, 16, {}}).value() + 0x40000000 == start_48);
        CHECK(linear_offset_of({52, physical, {}, 0xffff800008000000}).value() + 0x40000000 == start_48);
    }
    SECTION("before, the linear map started higher") {
        CHECK(linear_offset_of({52, 0x40000000, 16, {}}).value() + 0x40000000 == start_48);
        CHECK(linear_offset_of({52, std::uint64_t{0} - 0x40000000, 16, {}}).value() - 0x40000000 == start_48);
    }
    SECTION("before 5.7 nothing tells, and nothing is guessed") {
        CHECK_FALSE(linear_offset_of({52, 0x40000000, {}, 0xffff800010080000}));
    }
}

TEST_CASE("a kernel for 52 bits on a CPU that has them") {
    CHECK(linear_offset_of({52, 0x40000000, 12, {}}).value() + 0x40000000 == start_52);
}

TEST_CASE("numbers that no kernel has are not calculated with") {
    for (std::uint64_t bits : {0u, 35u, 53u, 64u, 200u})
        CHECK_FALSE(linear_offset_of({bits, 0, 16, {}}));
    CHECK_FALSE(linear_offset_of({52, 0, 64, {}}));
    CHECK_FALSE(linear_offset_of({48, 0, {}, {}}));
}

TEST_CASE("mappings that have the sizes of memory tell the offset") {
    Ranges ram = {range(0x200000, 0x83fffff), range(0xa200000, 0xf7ffffff)};
    std::vector<ElfSegment> mappings = {mapping(0xffffff8000000000, 0x3fbfff0000), // vmalloc
                                        mapping(0xffffffc000200000, 0x8200000),
                                        mapping(0xffffffc00a200000, 0xede00000)};
    CHECK(linear_offset_of(mappings, ram, 4096) == 0xffffffc000000000);
    SECTION("one that is missing leaves none") {
        mappings.pop_back();
        CHECK_FALSE(linear_offset_of(mappings, ram, 4096));
    }
    SECTION("two that fit leave none") {
        mappings.push_back(mapping(0xffffffd000200000, 0x8200000));
        mappings.push_back(mapping(0xffffffd00a200000, 0xede00000));
        CHECK_FALSE(linear_offset_of(mappings, ram, 4096));
    }
    SECTION("no memory leaves none") { CHECK_FALSE(linear_offset_of(mappings, {}, 4096)); }
}

TEST_CASE("memory that starts and ends inside a page is mapped in whole pages") {
    Ranges ram = {range(0x40001000, 0x4fffefff)};
    CHECK(linear_offset_of({mapping(0xffff000000010000, 0xffe0000)}, ram, 65536) ==
          0xffff000000000000 - 0x40000000);
}

TEST_CASE("6.1 shows no _text in kallsyms, and vmcoreinfo is enough") {
    Snapshot snapshot;
    snapshot.put("/proc/kcore", kcore({}, "OSRELEASE=6.1.0\nNUMBER(VA_BITS)=48\n"
                                          "NUMBER(kimage_voffset)=0xffffb2a346000000\n"
                                          "NUMBER(PHYS_OFFSET)=0x40000000\nNUMBER(TCR_EL1_T1SZ)=0x10\n"));
    snapshot.put("/proc/kallsyms", buffer("ffffb2a388010000 T _stext\n"));
    Machine machine = with_kernel_at(range(0x42010000, 0x430fffff), range(0x43a00000, 0x4400ffff),
                                     {range(0x40000000, 0x7fffffff)});
    Arm64Kernel kernel = find_kernel(snapshot, machine, 4096);
    CHECK(kernel.linear_offset == start_48 - 0x40000000);
    CHECK(kernel.linear_words == "VA_BITS 48 and PHYS_OFFSET 0x40000000 of vmcoreinfo");
    CHECK(kernel.image == range(0x42010000, 0x4400ffff));
    CHECK(kernel.image_virtual == 0xffffb2a388010000);
    CHECK(kernel.image_words == "kimage_voffset of vmcoreinfo, /proc/iomem");
}

TEST_CASE("4.4 has no vmcoreinfo in kcore: mappings and kallsyms stand in") {
    Snapshot snapshot;
    snapshot.put("/proc/kcore",
                 kcore({mapping(0xffffffc000200000, 0x8200000), mapping(0xffffffc00a200000, 0xede00000)},
                       ""));
    snapshot.put("/proc/kallsyms", buffer("ffffff8008080000 t _head\nffffff8008080000 T _text\n"));
    Machine machine = with_kernel_at(range(0x280000, 0x12fffff), range(0x1300000, 0x16fffff),
                                     {range(0x200000, 0x83fffff), range(0xa200000, 0xf7ffffff)});
    Arm64Kernel kernel = find_kernel(snapshot, machine, 4096);
    CHECK(kernel.linear_offset == 0xffffffc000000000);
    CHECK(kernel.image == range(0x280000, 0x16fffff));
    CHECK(kernel.image_virtual == 0xffffff8008080000);
    CHECK(has(kernel.image_words, "_text of /proc/kallsyms"));
}

TEST_CASE("what cannot be seen is said") {
    Machine machine = with_kernel_at(range(0x42010000, 0x430fffff), range(0x43a00000, 0x4400ffff),
                                     {range(0x40000000, 0x7fffffff)});
    Snapshot snapshot;
    SECTION("no kcore, addresses hidden") {
        snapshot.put("/proc/kallsyms", buffer("0000000000000000 T _text\n"));
        Arm64Kernel kernel = find_kernel(snapshot, machine, 4096);
        CHECK_FALSE(kernel.linear_offset);
        CHECK(kernel.linear_words == "/proc/kcore: No such file or directory");
        CHECK_FALSE(kernel.image);
        CHECK(has(kernel.image_words, "neither vmcoreinfo has a kimage_voffset nor"));
    }
    SECTION("no kernel in /proc/iomem") {
        machine.resources.clear();
        CHECK(has(find_kernel(snapshot, machine, 4096).image_words, "has no lines \"Kernel code\""));
    }
    SECTION("a kcore that is none") {
        snapshot.put("/proc/kcore", buffer("not ELF"));
        CHECK(has(find_kernel(snapshot, machine, 4096).linear_words, "/proc/kcore: "));
    }
}
