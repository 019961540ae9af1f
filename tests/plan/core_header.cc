// SPDX-License-Identifier: GPL-2.0-or-later
// The ELF core header, read back from its bytes by the offsets of the ELF specification.
#include "plan/core_header.h"

#include "tests/catch.h"

#include <elf.h>

using namespace kexec;

namespace {

Range sized(std::uint64_t first, std::uint64_t size) { return Range::sized(first, size).value(); }

Machine machine_with_notes() {
    Machine machine;
    machine.cpu_notes = {{0, sized(0x1000, 0x180)}, {3, sized(0x5200, 0x180)}};
    machine.vmcoreinfo = sized(0x7000, 0x1024);
    return machine;
}

// The fields of ELF64 headers, in the file's own byte order.
struct Reader {
    Bytes bytes;
    std::endian order;

    std::uint16_t half(std::size_t at) const {
        return order == std::endian::little ? std::uint16_t{read_at<le16>(bytes, at, "field").value()}
                                            : std::uint16_t{read_at<be16>(bytes, at, "field").value()};
    }
    std::uint32_t word(std::size_t at) const {
        return order == std::endian::little ? std::uint32_t{read_at<le32>(bytes, at, "field").value()}
                                            : std::uint32_t{read_at<be32>(bytes, at, "field").value()};
    }
    std::uint64_t xword(std::size_t at) const {
        return order == std::endian::little ? std::uint64_t{read_at<le64>(bytes, at, "field").value()}
                                            : std::uint64_t{read_at<be64>(bytes, at, "field").value()};
    }
};

struct ProgramHeader {
    std::uint32_t type, flags;
    std::uint64_t offset, virtual_address, physical_address, file_size, memory_size;
    bool operator==(const ProgramHeader &) const = default;
};

ProgramHeader program_header(const Reader &reader, std::size_t index) {
    std::size_t at = 64 + 56 * index;
    return {reader.word(at),       reader.word(at + 4),   reader.xword(at + 8), reader.xword(at + 16),
            reader.xword(at + 24), reader.xword(at + 32), reader.xword(at + 40)};
}

} // namespace

TEST_CASE("the ELF header is that of a core in either byte order") {
    for (std::endian order : {std::endian::little, std::endian::big}) {
        Buffer bytes = core_header(machine_with_notes(), 0x1234, order, {});
        Reader reader{bytes, order};
        REQUIRE(bytes.size() == 64 + 3 * 56);
        CHECK(as_text(bytes).substr(0, 4) == "\x7f"
                                             "ELF");
        CHECK(std::to_integer<int>(bytes[4]) == 2);                                      // EI_CLASS: 64 bits
        CHECK(std::to_integer<int>(bytes[5]) == (order == std::endian::little ? 1 : 2)); // EI_DATA
        CHECK(std::to_integer<int>(bytes[6]) == 1);                                      // EI_VERSION
        CHECK(reader.half(16) == 4);                                                     // e_type: ET_CORE
        CHECK(reader.half(18) == 0x1234);                                                // e_machine
        CHECK(reader.word(20) == 1);                                                     // e_version
        CHECK(reader.xword(24) == 0);                                                    // e_entry
        CHECK(reader.xword(32) == 64);                                                   // e_phoff
        CHECK(reader.half(52) == 64);                                                    // e_ehsize
        CHECK(reader.half(54) == 56);                                                    // e_phentsize
        CHECK(reader.half(56) == 3);                                                     // e_phnum
    }
}

TEST_CASE("each CPU has its note, and vmcoreinfo comes behind them") {
    Buffer bytes = core_header(machine_with_notes(), EM_X86_64, std::endian::little, {});
    Reader reader{bytes, std::endian::little};
    CHECK(program_header(reader, 0) == ProgramHeader{PT_NOTE, 0, 0x1000, 0, 0x1000, 0x180, 0x180});
    CHECK(program_header(reader, 1) == ProgramHeader{PT_NOTE, 0, 0x5200, 0, 0x5200, 0x180, 0x180});
    CHECK(program_header(reader, 2) == ProgramHeader{PT_NOTE, 0, 0x7000, 0, 0x7000, 0x1024, 0x1024});
}

TEST_CASE("memory comes in the order given, offset saying where its bytes are found") {
    Buffer bytes = core_header(machine_with_notes(), EM_X86_64, std::endian::little,
                               {{sized(0x1000, 0x9e000), 0xffff888000001000, 0x3f000000},
                                {sized(0x100000, 0x100000), 0xffff888000100000, 0x100000}});
    Reader reader{bytes, std::endian::little};
    REQUIRE(reader.half(56) == 5);
    CHECK(program_header(reader, 3) ==
          ProgramHeader{PT_LOAD, 7, 0x3f000000, 0xffff888000001000, 0x1000, 0x9e000, 0x9e000});
    CHECK(program_header(reader, 4) ==
          ProgramHeader{PT_LOAD, 7, 0x100000, 0xffff888000100000, 0x100000, 0x100000, 0x100000});
}

TEST_CASE("a machine without notes still has its memory described") {
    Buffer bytes =
        core_header(Machine{}, EM_X86_64, std::endian::little, {{sized(0x1000, 0x1000), 0, 0x1000}});
    Reader reader{bytes, std::endian::little};
    CHECK(reader.half(56) == 1);
    CHECK(program_header(reader, 0).type == PT_LOAD);
}

TEST_CASE("more program headers than e_phnum can count are counted in section header 0") {
    Machine machine;
    for (unsigned cpu = 0; cpu < 0x10000; cpu++)
        machine.cpu_notes.push_back({cpu, sized(0x1000 + 0x200 * std::uint64_t{cpu}, 0x180)});
    Buffer bytes = core_header(machine, EM_X86_64, std::endian::little, {});
    Reader reader{bytes, std::endian::little};
    CHECK(reader.half(56) == 0xffff);
    std::uint64_t section = reader.xword(40); // e_shoff
    REQUIRE(section == 64 + 0x10000 * 56);
    CHECK(reader.word(section + 44) == 0x10000); // sh_info
}
