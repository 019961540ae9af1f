// SPDX-License-Identifier: GPL-2.0-or-later
// Random machines, kernels and requests: every plan that is made passes check() and a second opinion that
// knows nothing of the planner, and none is refused where there is obviously room. The seed of a failing case
// is printed.
#include "arch/arch.h"
#include "plan/check.h"
#include "tests/arch/x86_64/acceptance.h"
#include "tests/catch.h"
#include "tests/plan/kernel_model.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"
#include "tests/support/dice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mib = 1 << 20, gib = 1 << 30;

MemoryType other_type(Dice &dice) {
    constexpr MemoryType types[] = {MemoryType::reserved, MemoryType::acpi_tables, MemoryType::acpi_nvs,
                                    MemoryType::unusable, MemoryType::persistent,  MemoryType::soft_reserved};
    return types[dice.below(std::size(types))];
}

// Low memory as PCs have it; above 1 MiB pieces of RAM and of other things, on and off page boundaries.
void scatter_memory(Machine &machine, Dice &dice) {
    machine.memory = {};
    machine.system_ram = {};
    auto add_ram = [&](Range range) {
        machine.memory.add(range, MemoryType::ram);
        machine.system_ram.add(range);
    };
    add_ram(span(dice.below(2) * 0x1000, 0x9ffff - dice.below(3) * 0x400 * dice.below(8)));
    std::uint64_t at = mib, pieces = dice.chance(5) ? 400 : 1 + dice.below(12);
    for (std::uint64_t i = 0; i < pieces; i++) {
        std::uint64_t size = dice.around(pieces > 100 ? 8 * mib : dice.chance(3) ? 2 * gib : 300 * mib);
        if (!dice.chance(3))
            size = (size + 4095) / 4096 * 4096;
        add_ram(sized(at, size));
        at += size;
        if (dice.chance(2))
            machine.memory.add(sized(at, 0x1000 + dice.below(mib)), other_type(dice));
        at += 2 * mib + dice.below(dice.chance(3) ? 3 * gib : 10 * mib);
        at = at / 16 * 16;
    }
}

// What the running kernel does not use of RAM, and what must stay in it.
void take_pieces(Machine &machine, Dice &dice) {
    for (std::uint64_t count = dice.below(4); count > 0; count--) {
        Range piece = sized(mib + dice.below(gib), 1 + dice.below(mib));
        if (dice.chance(2))
            machine.system_ram.remove(piece);
        else
            machine.kept.add(piece);
    }
}

// The running kernel reserves on multiples of 16 MiB at the least (arch/x86/kernel/setup.c), in the RAM that
// is there.
void scatter_reservations(Machine &machine, Dice &dice) {
    for (std::uint64_t wanted = 1 + dice.below(2); wanted > 0; wanted--) {
        std::uint64_t size = (dice.around(300 * mib) / mib + 1) * mib;
        Ranges free = machine.system_ram;
        for (Range taken : machine.crash_reservations)
            free.remove(taken);
        auto place = dice.chance(2) ? free.highest(size, 16 * mib)
                                    : free.lowest(size, 16 * mib, span(16 * mib, UINT64_MAX - 1));
        if (place)
            reserve(machine, *place);
    }
}

Buffer random_kernel(Dice &dice) {
    if (dice.chance(3)) {
        VmlinuxFile file =
            dice.chance(4) ? fixed_vmlinux(16 * mib * (1 + dice.below(30))) : movable_vmlinux();
        file.segments.back().memory_size += dice.below(20 * mib);
        return vmlinux_file(file);
    }
    BzImageFile file;
    file.kernel_alignment = 0x1000u << dice.below(13); // 4 KiB to 16 MiB
    if (file.kernel_alignment < 0x200000)
        file.kernel_alignment = 0x200000;
    file.pref_address = dice.chance(3) ? mib : 16 * mib;
    file.init_size = static_cast<std::uint32_t>(0x10000 + dice.below(100 * mib));
    file.version = dice.chance(4) ? 0x020c : 0x020f;
    file.initrd_addr_max = dice.chance(4) ? 0x37ffffff : 0x7fffffff;
    return bzimage_file(file);
}

Request random_request(std::uint32_t seed) {
    static const auto small = file_holding(sample_bytes(1000)), large = file_holding(Buffer(90 * mib));
    Dice dice(seed);
    Machine machine = pc();
    scatter_memory(machine, dice);
    Purpose purpose = dice.chance(2) ? Purpose::crash : Purpose::reboot;
    take_pieces(machine, dice);
    if (purpose == Purpose::crash)
        scatter_reservations(machine, dice);
    for (unsigned cpu = 2; dice.chance(8) && cpu < 3000; cpu++)
        machine.cpu_notes.push_back({cpu, sized(0x100000 + 0x200 * std::uint64_t{cpu}, 0x180)});
    Request request = request_to_load(std::move(machine), random_kernel(dice), purpose);
    if (!dice.chance(3))
        request.initrd = dice.chance(2) ? small : large;
    if (dice.chance(4) && std::holds_alternative<BzImage>(request.image.content))
        give(request, OptionId::entry_32bit);
    if (dice.chance(4)) {
        std::uint64_t first = dice.below(gib);
        request.settings.window = sized(first, dice.around(4 * gib));
    }
    request.entropy.available = dice.chance(2);
    request.settings.hotplug = dice.chance(4);
    request.machine.kexec.elfcorehdr_size = dice.below(mib);
    return request;
}

} // namespace

TEST_CASE(
    "every plan passes the check and a second opinion, and none is missed where there is plenty of room") {
    constexpr std::uint32_t cases = 3000;
    unsigned made = 0, crash_made = 0;
    for (std::uint32_t seed = 1; seed <= cases; seed++) {
        INFO("seed " << seed);
        Request request = random_request(seed);
        Purpose purpose = request.settings.purpose;
        auto decision = arch_named("x86_64")->plan(request);
        if (!decision) {
            INFO(decision.error().what);
            bool fixed_place = decision.error().what.find("cannot be moved") != std::string::npos;
            REQUIRE((decision.error().cause == Cause::no_room ||
                     decision.error().cause == Cause::no_reservation));
            REQUIRE((fixed_place ||
                     (purpose == Purpose::crash && request.machine.crash_reservations.empty()) ||
                     !has_obvious_room(request)));
            continue;
        }
        SegmentLoad plan = segments_of(decision);
        made++;
        crash_made += purpose == Purpose::crash;
        REQUIRE(check(plan, request.machine, purpose, 4096));
        REQUIRE(fmt::format("{}", fmt::join(kernel_refusals(*decision, request), "; ")) == "");
        REQUIRE(fmt::format("{}", fmt::join(faults_of(plan, request), "; ")) == "");
    }
    // The dice are the same everywhere, so these say that the cases above are worth something.
    CHECK(made > cases / 3);
    CHECK(crash_made > cases / 8);
}

TEST_CASE("the second opinion sees what is wrong with a plan") {
    Machine machine = pc();
    reserve(machine, sized(0x30000000, 0x10000000));
    Request request = request_to_load(machine, bzimage_file(), Purpose::crash);
    request.initrd = file_holding(sample_bytes(100));
    SegmentLoad good = segments_of(arch_named("x86_64")->plan(request));
    REQUIRE(faults_of(good, request).empty());
    auto is_seen = [&](auto spoil) {
        SegmentLoad plan = good;
        plan.purgatory = std::make_shared<Buffer>(*good.purgatory);
        spoil(plan);
        return !faults_of(plan, request).empty();
    };
    for (std::size_t i = 0; i < good.segments.size(); i++) {
        INFO(good.segments[i].name);
        CHECK(is_seen([&](SegmentLoad &plan) {
            plan.segments[i].destination = sized(0x10000000, plan.segments[i].destination.size());
        }));
        CHECK(is_seen([&](SegmentLoad &plan) {
            plan.segments[i].destination = plan.segments[(i + 1) % plan.segments.size()].destination;
        }));
        CHECK(is_seen([&](SegmentLoad &plan) {
            plan.segments.erase(plan.segments.begin() + static_cast<std::ptrdiff_t>(i));
        }));
    }
    CHECK(is_seen([](SegmentLoad &plan) { plan.entry += 0x1000; }));
    CHECK(is_seen([](SegmentLoad &plan) { plan.command_line = "quiet"; }));
}
