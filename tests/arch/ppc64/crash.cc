// SPDX-License-Identifier: GPL-2.0-or-later
// Crash loads: what is saved, what the second kernel is told, and what the dump will show.
#include "arch/ppc64/crash.h"

#include "base/elf.h"
#include "purgatory/parameters.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <algorithm>
#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr Range reservation = *Range::sized(0x20000000, 0x10000000);

Result<Decision> plan(const Request &request) { return arch_named("ppc64")->plan(request); }

Request crash_on(Machine machine, const Ppc64Vmlinux &kernel = {}) {
    Request request = request_on_lpar(std::move(machine), ppc64_vmlinux(kernel), Purpose::crash);
    request.initrd = file_holding(sample_bytes(70000));
    return request;
}

SegmentLoad planned(const Request &request) { return segments_of(plan(request)); }

purgatory::Parameters<le64, le32> parameters_of(const SegmentLoad &plan) {
    return read_at<purgatory::Parameters<le64, le32>>(*plan.purgatory, PURGATORY_PARAMETERS, "").value();
}

std::vector<ElfSegment> memory_in_dump(const SegmentLoad &load) {
    Elf header = read_elf(segment_named(load, "core header").bytes, ElfExtent::partial).value();
    std::vector<ElfSegment> memory;
    std::ranges::copy_if(header.segments, std::back_inserter(memory),
                         [](const ElfSegment &segment) { return segment.type == PT_LOAD; });
    return memory;
}

bool reserves(const DeviceTree &tree, std::uint64_t address, std::uint64_t size) {
    return std::ranges::any_of(tree.reservations(), [&](const TreeReservation &entry) {
        return entry.address == address && entry.size == size;
    });
}

} // namespace

TEST_CASE("all of a crash load lies in the reservation, beside RTAS, and low memory is saved there") {
    SegmentLoad load = planned(crash_on(lpar_with_reservation()));
    for (const Segment &segment : load.segments) {
        CHECK(reservation.contains(segment.destination));
        CHECK_FALSE(segment.destination.overlaps(sized(0x2fff0000, 0x83c)));
    }
    auto told = parameters_of(load);
    CHECK(told.flags == (purgatory::flag::panic | purgatory::flag::vector_sha | purgatory::flag::striped));
    CHECK(told.backup.source == 0);
    CHECK(told.backup.size == 0x10000);
    CHECK(told.backup.destination == segment_named(load, "backup").destination.first());
    CHECK(load.flags == 0x150001);
}

TEST_CASE("a crash kernel is told to stay where it is, in its own byte order") {
    auto word = [](const Ppc64Vmlinux &kernel) {
        return std::uint64_t{parameters_of(planned(crash_on(lpar_with_reservation(), kernel)))
                                 .machine[purgatory::ppc64_word::run_at_load]};
    };
    CHECK(word({}) == 1);
    CHECK(word({.order = std::endian::big}) == 0x01000000);
    CHECK(word({.run_at_load = 1}) == 1);
}

TEST_CASE("a kernel that runs at the bottom of memory only is no crash kernel") {
    auto refused = plan(crash_on(lpar_with_reservation(), {.run_at_load = 0x60000000}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == Cause::unsupported);
    CHECK(has(refused.error().remedy, "CONFIG_RELOCATABLE"));
}

TEST_CASE("a reservation at the bottom of memory is refused, for the second kernel starts there") {
    for (std::uint64_t first : {0, 0x10000}) {
        auto refused = plan(crash_on(lpar_with_reservation(sized(first, 0x10000000))));
        REQUIRE_FALSE(refused);
        CHECK(has(refused.error().what, "starts in the first 64 KiB"));
    }
}

TEST_CASE("the second kernel is told what it may use and what it must leave alone") {
    SegmentLoad load = planned(crash_on(lpar_with_reservation()));
    DeviceTree tree = ppc64_tree_of(load);
    Range backup = segment_named(load, "backup").destination;
    Range header = segment_named(load, "core header").destination;
    CHECK(reserves(tree, 0x10000, 0x20000000 - 0x10000));
    CHECK(reserves(tree, backup.first(), backup.size()));
    CHECK(reserves(tree, header.first(), header.size()));
    CHECK(reserves(tree, 0x2fff0000, 0x83c));
    Bytes usable = *tree.property("/memory@0", "linux,usable-memory");
    REQUIRE(usable.size() == 16);
    CHECK(read_at<be64>(usable, 8, "").value() == 0x30000000);
    CHECK(load.command_line ==
          "root=/dev/vda1 quiet elfcorehdr=" + std::to_string(header.first() / 1024) + "K");
    CHECK(text_until_nul(*tree.property("/chosen", "bootargs")) == load.command_line);
}

TEST_CASE("the dump shows the saved memory first, then memory in its order, and RTAS") {
    Machine machine = lpar_with_reservation();
    machine.system_ram.add(span(0x100000000, 0x13fffffff));
    std::vector<ElfSegment> memory = memory_in_dump(planned(crash_on(machine)));
    REQUIRE(memory.size() == 4);
    CHECK(memory[0].physical_address == 0);
    CHECK(memory[0].memory_size == 0x10000);
    CHECK(reservation.contains(memory[0].offset));
    CHECK(memory[0].virtual_address == 0xc000000000000000);
    CHECK(memory[1].physical_address == 0x10000);
    CHECK(memory[1].memory_size == 0x1fff0000);
    CHECK(memory[2].physical_address == 0x2fff0000); // RTAS, to the end of its page
    CHECK(memory[2].memory_size + memory[2].physical_address == 0x80000000);
    CHECK(memory[3].physical_address == 0x100000000);
    CHECK(memory[3].virtual_address == 0xc000000100000000);
    CHECK(memory[3].offset == 0x100000000);
}

TEST_CASE("with --hotplug neither core header nor tree is under a digest, and both may grow") {
    Request request = crash_on(lpar_with_reservation());
    std::uint64_t small = segment_named(planned(request), "device tree").destination.size();
    request.settings.hotplug = true;
    request.machine.kexec.elfcorehdr_size = 0x40000;
    ppc64_facts_of(request.machine).possible_cpus = 4096;
    SegmentLoad load = planned(request);
    CHECK_FALSE(segment_named(load, "core header").verified);
    CHECK(segment_named(load, "core header").destination.size() == 0x40000);
    CHECK_FALSE(segment_named(load, "device tree").verified);
    CHECK(segment_named(load, "device tree").destination.size() > small + 100000);
    CHECK(load.flags == 0x150009);
}

TEST_CASE("room for CPUs is counted in cores, each with its threads") {
    DeviceTree tree = lpar_tree();
    std::uint64_t one = ppc64::room_for_cpus(tree, 3);
    CHECK(one > 0);
    CHECK(ppc64::room_for_cpus(tree, 2) == 0);
    CHECK(ppc64::room_for_cpus(tree, 0) == 0);
    CHECK(ppc64::room_for_cpus(tree, 5) == 3 * one);
    Buffer threads;
    for (std::uint32_t thread = 0; thread < 8; thread++)
        append(threads, bytes_of(be32(thread)));
    REQUIRE(tree.set("/cpus/PowerPC,POWER9@0", "ibm,ppc-interrupt-server#s", threads));
    CHECK(ppc64::room_for_cpus(tree, 9 + 8) > 0);
    CHECK(ppc64::room_for_cpus(tree, 9 + 8) == ppc64::room_for_cpus(tree, 9 + 1));
}

TEST_CASE("with firmware-assisted dump there is nothing to load, and the error says what to do") {
    Machine machine = lpar();
    ppc64_facts_of(machine).fadump = true;
    auto refused = plan(crash_on(machine));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == Cause::no_reservation);
    CHECK(has(refused.error().what, "firmware-assisted dump"));
    CHECK(has(refused.error().remedy, "fadump status"));
    machine = lpar();
    auto none = plan(crash_on(machine));
    REQUIRE_FALSE(none);
    CHECK(has(none.error().what, "no memory is reserved"));
}

TEST_CASE("an initrd that does not fit the reservation is refused before any call, by any call") {
    Request request = crash_on(lpar_with_reservation(sized(0x20000000, 0x800000)));
    request.initrd = file_holding(sample_bytes(0x800000));
    for (Call call : {Call::load, Call::automatic}) {
        request.settings.call = call;
        auto refused = plan(request);
        REQUIRE_FALSE(refused);
        CHECK(has(refused.error().what, "there is no room for the initrd"));
        CHECK(has(refused.error().remedy, "crashkernel="));
    }
}
