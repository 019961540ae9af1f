// SPDX-License-Identifier: GPL-2.0-or-later
// The tables behind a vmlinux: how many there are, what they move, and what they must not name.
#include "image/vmlinux_relocations.h"

#include "tests/catch.h"
#include "tests/plan/kernels.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t delta = 0x12000000;

// Where values lie in the file: offset of the segment linked at `physical`.
std::uint64_t offset_of(const Elf &elf, std::uint64_t physical) {
    for (const ElfSegment &segment : elf.segments)
        if (physical >= segment.physical_address && physical - segment.physical_address < segment.file_size)
            return segment.offset + physical - segment.physical_address;
    throw std::runtime_error("no segment");
}

struct Moved {
    Buffer file;
    Elf elf;
    explicit Moved(const RelocationRows &rows)
        : file(with_relocations(vmlinux_file(movable_vmlinux()), rows)), elf(read_elf(file).value()) {}

    Result<void> by(std::uint64_t distance) {
        auto tables = find_relocations(elf);
        if (!tables)
            return Failure(tables.error());
        return relocate(file, elf, **tables, distance);
    }
    template <typename Value> auto at(std::uint64_t physical) const {
        return +read_at<Value>(file, offset_of(elf, physical), "x").value();
    }
    template <typename Value> void set(std::uint64_t physical, Value value) {
        write_at(file, offset_of(elf, physical), value);
    }
};

Error fault(const RelocationRows &rows) {
    Moved kernel(rows);
    auto moved = kernel.by(delta);
    REQUIRE_FALSE(moved);
    CHECK(moved.error().cause == Cause::bad_image);
    CHECK_FALSE(moved.error().remedy.empty());
    return moved.error();
}

} // namespace

TEST_CASE("values of 64 and 32 bits move with the kernel, inverse ones the other way") {
    Moved kernel(some_relocations);
    kernel.set(0x1000100, le64(0xffffffff81000200));
    kernel.set(0x1200080, le32(0x7f000000));
    kernel.set(0x1400040, le32(0x81234567));
    REQUIRE(kernel.by(delta));
    CHECK(kernel.at<le64>(0x1000100) == 0xffffffff93000200);
    CHECK(kernel.at<le32>(0x1200080) == 0x6d000000);
    CHECK(kernel.at<le32>(0x1400040) == 0x93234567);
    REQUIRE(kernel.by(-delta));
    CHECK(kernel.at<le64>(0x1000100) == 0xffffffff81000200);
}

TEST_CASE("a value of 32 bits takes nothing from its neighbours") {
    Moved kernel({{}, {}, {0x81000104}});
    kernel.set(0x1000100, le32(0x11111111));
    kernel.set(0x1000104, le32(0xffffffff));
    kernel.set(0x1000108, le32(0x22222222));
    REQUIRE(kernel.by(delta));
    CHECK(kernel.at<le32>(0x1000100) == 0x11111111);
    CHECK(kernel.at<le32>(0x1000104) == 0x11ffffff);
    CHECK(kernel.at<le32>(0x1000108) == 0x22222222);
}

TEST_CASE("two tables are those of a kernel without inverse values") {
    Buffer file = vmlinux_file(movable_vmlinux());
    std::size_t size = file.size();
    for (std::uint32_t word : {0U, 0x81000100U, 0x81000108U, 0U, 0x81200080U})
        append(file, bytes_of(le32(word)));
    auto tables = find_relocations(read_elf(file).value()).value();
    REQUIRE(tables);
    CHECK(tables->wide.size() == 8);
    CHECK(tables->inverse.empty());
    CHECK(tables->narrow.data() == file.data() + size + 16);
}

TEST_CASE("a kernel with nothing behind it has no tables") {
    Buffer file = vmlinux_file(movable_vmlinux());
    CHECK_FALSE(find_relocations(read_elf(file).value()).value());
}

TEST_CASE("what follows a kernel and is no tables is damage") {
    for (const std::vector<std::uint32_t> &words :
         {std::vector<std::uint32_t>{0}, {0x81000100, 0}, {0, 0x81000100}, {0, 0, 0, 0}}) {
        Buffer file = vmlinux_file(movable_vmlinux());
        for (std::uint32_t word : words)
            append(file, bytes_of(le32(word)));
        auto tables = find_relocations(read_elf(file).value());
        REQUIRE_FALSE(tables);
        CHECK(tables.error().cause == Cause::bad_image);
    }
    Buffer odd = with_relocations(vmlinux_file(movable_vmlinux()), some_relocations);
    odd.push_back(std::byte{0});
    CHECK_FALSE(find_relocations(read_elf(odd).value()));
}

TEST_CASE("an address outside of the kernel's bytes is refused, by each table") {
    CHECK(fault({{0x80ffffff}, {}, {}}).what == "the relocation tables behind the kernel are damaged: they "
                                                "name 0xffffffff80ffffff, which is no part of it");
    CHECK(fault({{}, {0x1000100}, {}}).what.find("0xffffffff01000100") != std::string::npos);
    fault({{}, {}, {0xffffffff}});
    fault({{}, {}, {0x81100000}}); // between two segments
    fault({{}, {}, {0x81401000}}); // the bss
}

TEST_CASE("a value that only starts inside is refused") {
    Moved kernel({{0x81004ff8}, {}, {0x81004ffc}});
    CHECK(kernel.by(delta));
    fault({{0x81004ffc}, {}, {}});
    fault({{}, {}, {0x81004ffd}});
}

TEST_CASE("per-CPU variables, linked at 0, are found by their physical address") {
    Moved kernel(RelocationRows{{0x81200000}, {}, {}});
    kernel.elf.segments[1].virtual_address = 0;
    kernel.set(0x1200000, le64(5));
    REQUIRE(kernel.by(delta));
    CHECK(kernel.at<le64>(0x1200000) == 5 + delta);
}
