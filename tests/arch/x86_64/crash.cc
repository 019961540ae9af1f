// SPDX-License-Identifier: GPL-2.0-or-later
// What a crash kernel gets besides itself: the copy of low memory, the core header, and its own view of
// memory.
#include "arch/x86_64/crash.h"

#include "base/elf.h"
#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;
using x86_64::CrashPieces;

namespace {

constexpr std::uint64_t page = 4096;
const Range reservation = sized(0x30000000, 0x10000000);
constexpr std::uint64_t page_offset = 0xffff8c3440000000; // of the machines in requests.cc

Machine machine_with_reservation() {
    Machine machine = pc();
    reserve(machine, reservation);
    return machine;
}

Request request_for(Machine machine) {
    return request_to_load(std::move(machine), vmlinux_file(movable_vmlinux()), Purpose::crash);
}

Result<CrashPieces> place(const Request &request, std::vector<std::string> &warnings) {
    Placer placer({request.machine.crash_reservations.back()}, Range::everything(), page, "make room");
    return x86_64::place_crash_pieces(request, placer, warnings);
}

CrashPieces place(const Request &request) {
    std::vector<std::string> warnings;
    auto pieces = place(request, warnings).value();
    CHECK(warnings.empty());
    return pieces;
}

std::vector<std::string> warnings_for(Machine machine) {
    std::vector<std::string> warnings;
    CHECK(place(request_for(std::move(machine)), warnings));
    return warnings;
}

struct Load {
    std::uint64_t physical, virtual_address, offset, size;
    bool operator==(const Load &) const = default;
};

// The PT_LOADs of a core header.
std::vector<Load> loads_in(const CrashPieces &pieces) {
    std::vector<Load> loads;
    Elf core = read_elf(*pieces.core_header_bytes, ElfExtent::partial).value();
    for (const ElfSegment &segment : core.segments)
        if (segment.type == PT_LOAD)
            loads.push_back(
                {segment.physical_address, segment.virtual_address, segment.offset, segment.file_size});
    return loads;
}

Ranges ram_told(const Machine &machine, const CrashPieces &pieces) {
    return x86_64::crash_memory_map(machine, pieces).of_type(MemoryType::ram);
}

} // namespace

TEST_CASE("low memory is saved from the start of its first page, into the reservation") {
    Machine machine = machine_with_reservation();
    machine.system_ram.remove(span(0x1000, 0x1234));
    CrashPieces pieces = place(request_for(machine));
    CHECK(pieces.backup_source == span(0x1000, 0x9fbff));
    CHECK(pieces.backup == span(0x40000000 - 0x9f000, 0x3fffffff));
    CHECK(reservation.contains(pieces.core_header));
    CHECK_FALSE(pieces.core_header.overlaps(*pieces.backup));
}

TEST_CASE("a machine without low memory has nothing to save") {
    Machine machine = machine_with_reservation();
    machine.system_ram.remove(span(0, 0xfffff));
    CrashPieces pieces = place(request_for(machine));
    CHECK_FALSE(pieces.backup_source);
    CHECK_FALSE(pieces.backup);
    CHECK(x86_64::segments_of(pieces).size() == 1);
}

TEST_CASE("RAM that reaches the video memory is not low memory") {
    Machine machine = machine_with_reservation();
    machine.system_ram.add(span(0x1000, 0xfffff));
    CHECK_FALSE(place(request_for(machine)).backup_source);
}

TEST_CASE("the core header has each CPU's note, vmcoreinfo, the kernel's text, and then memory") {
    CrashPieces pieces = place(request_for(machine_with_reservation()));
    Elf core = read_elf(*pieces.core_header_bytes, ElfExtent::partial).value();
    CHECK(core.type == ET_CORE);
    CHECK(core.machine == EM_X86_64);
    CHECK(core.is_64_bit);
    REQUIRE(core.segments.size() == 7);
    CHECK(core.segments[0].type == PT_NOTE);
    CHECK(core.segments[0].offset == 0x7ff00000);
    CHECK(core.segments[1].offset == 0x7ff10000);
    CHECK(core.segments[2].type == PT_NOTE);
    CHECK(core.segments[2].offset == 0x2345000);
    CHECK(core.segments[2].file_size == 0x1024);
    std::uint64_t backup = pieces.backup->first();
    CHECK(loads_in(pieces) == std::vector<Load>{
                                  {0x2000000, 0xffffffff94000000, 0x2000000, 0x2e2c000},
                                  {0x1000, page_offset + 0x1000, backup, 0x9ec00}, // found in its copy
                                  {0x100000, page_offset + 0x100000, 0x100000, 0x30000000 - 0x100000},
                                  {0x40000000, page_offset + 0x40000000, 0x40000000, 0x7ffe0000 - 0x40000000},
                              });
}

TEST_CASE("the place of a byte of low memory in its copy is the same within a page") {
    Machine machine = machine_with_reservation();
    machine.system_ram.remove(span(0, 0x1fff));
    machine.system_ram.add(span(0x1234, 0x1fff));
    CrashPieces pieces = place(request_for(machine));
    CHECK(pieces.backup_source->first() == 0x1000);
    CHECK(loads_in(pieces)[1] ==
          Load{0x1234, page_offset + 0x1234, pieces.backup->first() + 0x234, 0x9fc00 - 0x1234});
}

TEST_CASE("of two pieces of low memory the first is saved, the other is read where it is") {
    Machine machine = machine_with_reservation();
    machine.system_ram.remove(span(0x58000, 0x58fff));
    CrashPieces pieces = place(request_for(machine));
    CHECK(pieces.backup_source == span(0x1000, 0x57fff));
    auto loads = loads_in(pieces);
    CHECK(loads[1] == Load{0x1000, page_offset + 0x1000, pieces.backup->first(), 0x57000});
    CHECK(loads[2] == Load{0x59000, page_offset + 0x59000, 0x59000, 0x9fc00 - 0x59000});
    CHECK_FALSE(ram_told(machine, pieces).overlaps(span(0x58000, 0x9fbff)));
}

TEST_CASE("a crash kernel may use its reservation and the memory that was saved, and nothing else of RAM") {
    Machine machine = machine_with_reservation();
    CrashPieces pieces = place(request_for(machine));
    Ranges expected{span(0x1000, 0x9fbff), reservation};
    expected.remove(pieces.core_header);
    expected.remove(*pieces.backup);
    CHECK(ram_told(machine, pieces) == expected);
}

TEST_CASE("a crash kernel sees what is not RAM as it is, and its own core header and the copy as reserved") {
    Machine machine = machine_with_reservation();
    CrashPieces pieces = place(request_for(machine));
    MemoryMap map = x86_64::crash_memory_map(machine, pieces);
    CHECK(map.of_type(MemoryType::acpi_tables) == machine.memory.of_type(MemoryType::acpi_tables));
    Ranges reserved = machine.memory.of_type(MemoryType::reserved);
    reserved.add(pieces.core_header);
    reserved.add(*pieces.backup);
    CHECK(map.of_type(MemoryType::reserved) == reserved);
}

TEST_CASE(
    "a memory map as words: RAM in whole KiB, ACPI's ranges and legacy persistent memory, and no more") {
    MemoryMap map;
    map.add(span(0x1001, 0x9fbfe), MemoryType::ram);
    map.add(span(0x9fc00, 0x9ffff), MemoryType::reserved);
    map.add(span(0x100000, 0x117fff), MemoryType::ram); // 96 KiB
    map.add(span(0x30000000, 0x3fffffff), MemoryType::ram);
    map.add(span(0x40000200, 0x400007ff), MemoryType::acpi_tables);
    map.add(span(0x40001000, 0x40001fff), MemoryType::acpi_nvs);
    map.add(span(0x50000000, 0x5fffffff), MemoryType::persistent);
    map.add(span(0x60000000, 0x6fffffff), MemoryType::persistent_legacy);
    CHECK(x86_64::memmap_words(map) ==
          std::vector<std::string>{"memmap=exactmap", "memmap=633K@5K", "memmap=262144K@786432K",
                                   "memmap=2K#1048576K", "memmap=4K#1048580K", "memmap=262144K!1572864K"});
}

TEST_CASE("with two reservations both are the crash kernel's, neither is dumped, and the pieces lie in the "
          "upper one") {
    Machine machine = pc(0x200000000);
    reserve(machine, sized(0x20000000, 0x4800000));
    reserve(machine, sized(0x170000000, 0x20000000));
    CrashPieces pieces = place(request_for(machine));
    CHECK(sized(0x170000000, 0x20000000).contains(pieces.core_header));
    CHECK(sized(0x170000000, 0x20000000).contains(*pieces.backup));
    for (const Load &load : loads_in(pieces)) {
        CHECK_FALSE(sized(load.physical, load.size).overlaps(sized(0x20000000, 0x4800000)));
        CHECK_FALSE(sized(load.physical, load.size).overlaps(sized(0x170000000, 0x20000000)));
    }
    CHECK(ram_told(machine, pieces).contains(sized(0x20000000, 0x4800000)));
}

TEST_CASE("with --hotplug the core header has the room that the kernel asks for, and is under no digest") {
    Request request = request_for(machine_with_reservation());
    request.machine.kexec.elfcorehdr_size = 0x21000;
    CHECK(place(request).core_header.size() == 0x1000);
    CHECK(x86_64::segments_of(place(request)).back().verified);
    request.settings.hotplug = true;
    CHECK(place(request).core_header.size() == 0x21000);
    CHECK_FALSE(x86_64::segments_of(place(request)).back().verified);
    request.machine.kexec.elfcorehdr_size = {}; // a kernel that does not rewrite it
    CHECK(place(request).core_header.size() == 0x1000);
}

TEST_CASE("the copy's segment is zeros under no digest") {
    auto segments = x86_64::segments_of(place(request_for(machine_with_reservation())));
    REQUIRE(segments.size() == 2);
    CHECK(segments[0].name == "backup");
    CHECK(segments[0].bytes.empty());
    CHECK_FALSE(segments[0].verified);
    CHECK(segments[1].name == "core header");
}

TEST_CASE("a dump that will lack something says so") {
    Machine machine = machine_with_reservation();
    auto &facts = std::get<X86_64Facts>(machine.own);
    facts.kernel = {};
    facts.kernel_missing = "/proc/kcore: Permission denied";
    CHECK(warnings_for(machine) ==
          std::vector<std::string>{"where the running kernel lies is not known, /proc/kcore: Permission "
                                   "denied: the dump will have physical "
                                   "addresses only; going on without"});
    std::vector<std::string> warnings;
    auto loads = loads_in(place(request_for(machine), warnings).value());
    CHECK(loads[0] ==
          Load{0x1000, 0xffff888000001000, loads[0].offset, 0x9ec00}); // no text; the default direct map

    machine = machine_with_reservation();
    machine.cpu_notes.clear();
    CHECK(warnings_for(machine).size() == 1);
    machine.vmcoreinfo = {};
    CHECK(warnings_for(machine).size() == 2);
}

TEST_CASE("a reservation that is too small names what did not fit") {
    std::vector<std::string> warnings;
    Machine machine = pc();
    reserve(machine, sized(0x30000000, 0x80000));
    auto backup = place(request_for(machine), warnings);
    REQUIRE_FALSE(backup);
    CHECK(backup.error().cause == Cause::no_room);
    CHECK(backup.error().what.find("the backup of low memory") != std::string::npos);
    machine.crash_reservations = {sized(0x30000000, 0x9f000)};
    auto header = place(request_for(machine), warnings);
    REQUIRE_FALSE(header);
    CHECK(header.error().what.find("the core header") != std::string::npos);
}
