// SPDX-License-Identifier: GPL-2.0-or-later
// Partitions with memory in several nodes, what firmware keeps, dumps that wait; kernels of both byte orders.
#include "tests/plan/every_plan.h"

#include "tests/arch/ppc64/acceptance.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mib = 1 << 20;

void keep(Machine &machine, FirmwareUse use, Range range) {
    machine.kept.add(range);
    ppc64_facts_of(machine).firmware.push_back({use, range});
}

Machine random_machine(Dice &dice) {
    Machine machine = lpar();
    Ppc64Facts &facts = ppc64_facts_of(machine);
    machine.memory = {};
    machine.system_ram = {};
    machine.kept = {};
    facts.firmware.clear();
    std::uint64_t first = (64 + dice.below(1984)) * mib, at = first;
    facts.first_memory = sized(0, first);
    machine.system_ram.add(sized(0, first));
    for (std::uint64_t nodes = dice.below(4); nodes > 0; nodes--) {
        at += dice.below(64) * 16 * mib;
        std::uint64_t size = (16 + dice.below(64)) * 16 * mib;
        machine.system_ram.add(sized(at, size));
        at += size;
    }
    for (Range range : machine.system_ram)
        machine.memory.add(range, MemoryType::ram);
    facts.kernel_end = dice.below(48 * mib);
    facts.page_size = dice.chance(2) ? 65536 : 4096;
    constexpr FirmwareUse uses[] = {FirmwareUse::rtas, FirmwareUse::tce, FirmwareUse::reserved,
                                    FirmwareUse::hash_table};
    for (FirmwareUse use : uses)
        if (dice.chance(2))
            keep(machine, use, sized(48 * mib + dice.below(first - 49 * mib), 1 + dice.below(mib)));
    if (dice.chance(6))
        facts.waiting_dump = {"/rtas/ibm,kernel-dump", {sized(0, first / 2)}};
    return machine;
}

void reserve_for_crash(Machine &machine, Dice &dice) {
    std::uint64_t first = align_down(ppc64_facts_of(machine).first_memory->size() / 2, 65536);
    std::uint64_t base = std::max<std::uint64_t>(first, 48 * mib);
    std::uint64_t room = ppc64_facts_of(machine).first_memory->size() - base;
    machine.crash_reservations = {sized(base, align_down(room / (1 + dice.below(3)), 65536))};
}

// A quarter of the smallest room there can be is free in one piece, however unlucky the rest.
bool has_obvious_room(const Request &request) {
    std::uint64_t initrd = request.initrd ? request.initrd->bytes().size() : 0;
    Range first = *std::get<Ppc64Facts>(request.machine.own).first_memory;
    return request.settings.purpose == Purpose::reboot &&
           !std::get<Ppc64Facts>(request.machine.own).waiting_dump && (initrd + 64 * mib) * 8 < first.size();
}

} // namespace

TEST_CASE("every plan for a random machine passes the second opinion") {
    TemporaryDirectory directory;
    auto random_request = [&](Dice &dice) {
        Purpose purpose = dice.chance(3) ? Purpose::crash : Purpose::reboot;
        Machine machine = random_machine(dice);
        if (purpose == Purpose::crash)
            reserve_for_crash(machine, dice);
        Ppc64Vmlinux kernel{.order = dice.chance(4) ? std::endian::big : std::endian::little,
                            .file_size = 0x1000 + dice.below(0x4000),
                            .memory_size = 0x5000 + dice.below(48 * mib)};
        Request request = request_on_lpar(machine, ppc64_vmlinux(kernel), purpose);
        request.initrd = random_initrd(dice, directory, 100 * mib);
        return request;
    };
    PlansMade made = make_every_plan({"ppc64", 400, random_request, ppc64_faults_of, has_obvious_room});
    CHECK(made.reboot > 150);
    CHECK(made.crash > 50);
}

TEST_CASE("the second opinion sees faults") {
    Request request = request_on_lpar(lpar(), ppc64_vmlinux());
    request.initrd = file_holding(sample_bytes(10000));
    SegmentLoad good = segments_of(arch_named("ppc64")->plan(request));
    CHECK(ppc64_faults_of(good, request).empty());
    SegmentLoad moved = good;
    for (Segment &segment : moved.segments)
        if (segment.name == "initrd")
            segment.destination = sized(0x10000, segment.destination.size());
    CHECK_FALSE(ppc64_faults_of(moved, request).empty());
    request.machine.kept.add(good.segments.front().destination);
    CHECK_FALSE(ppc64_faults_of(good, request).empty());
}
