// SPDX-License-Identifier: GPL-2.0-or-later
// Partitions with RAM from 0 on, and kernels of all sizes.
#include "tests/plan/every_plan.h"

#include "arch/arch.h"
#include "tests/catch.h"
#include "tests/formats/build_s390x.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mib = 1 << 20, page = 4096, startup = 0x10000, lowcore = 0x2000,
                        two_gib = std::uint64_t{2} << 30;

// RAM from 0 on, further pieces behind holes, and for a crash the reservation, which Linux takes out of what
// it calls System RAM.
Machine random_machine(Dice &dice, Purpose purpose) {
    Machine machine;
    machine.arch = "s390x";
    std::uint64_t first = (64 + dice.below(4000)) * mib, at = first;
    machine.system_ram = {sized(0, first)};
    for (std::uint64_t pieces = dice.below(4); pieces > 0; pieces--) {
        at += dice.below(64) * 16 * mib;
        std::uint64_t size = (1 + dice.below(64)) * 16 * mib;
        machine.system_ram.add(sized(at, size));
        at += size;
    }
    if (purpose == Purpose::crash) {
        std::uint64_t size = align_down(first / (3 + dice.below(6)), page);
        Range reserved = sized(align_down(first - size - dice.below(first / 4), page), size);
        reserve(machine, reserved);
        machine.system_ram.remove(reserved);
    }
    for (Range range : machine.system_ram)
        machine.memory.add(range, MemoryType::ram);
    return machine;
}

Request random_request(Dice &dice, const TemporaryDirectory &directory) {
    Purpose purpose = dice.chance(3) ? Purpose::crash : Purpose::reboot;
    Buffer kernel = build_s390x_image(
        {.size = 0x14000 + dice.below(24 * mib), .max_command_line_size = dice.chance(2) ? 4096U : 896U});
    Request request{.settings = {},
                    .machine = random_machine(dice, purpose),
                    .image = read_image(file_holding(kernel), arch_named("s390x")->formats).value(),
                    .initrd = nullptr,
                    .entropy = {}};
    request.settings.purpose = purpose;
    request.settings.call = dice.chance(4) ? Call::automatic : Call::load;
    request.settings.checks = !dice.chance(4);
    request.settings.command_line = std::string(dice.below(800), 'a');
    request.initrd = random_initrd(dice, directory, 200 * mib);
    return request;
}

std::uint64_t kernel_end(const Request &request) { return std::get<S390xImage>(request.image.content).end; }

std::uint64_t told(const SegmentLoad &plan, std::uint64_t address) {
    return read_at<be64>(segment_named(plan, "parameters").bytes, address - startup, "a parameter").value();
}

// What a kernel of this machine needs besides: head.S and setup.h give the addresses, rescue_initrd what an
// initrd may lie under.
std::vector<std::string> s390x_faults(const SegmentLoad &plan, const Request &request) {
    std::vector<std::string> faults;
    bool crash = request.settings.purpose == Purpose::crash;
    std::uint64_t base = crash ? request.machine.crash_reservations.back().first() : 0;
    for (const Segment &segment : plan.segments) {
        std::uint64_t first = segment.destination.first(), last = segment.destination.last();
        bool in_ram = crash;
        for (Range ram : request.machine.system_ram)
            in_ram = in_ram || (ram.first() <= first && last <= ram.last());
        if (!in_ram)
            faults.push_back(segment.name + " is not in RAM");
        if (first < base + lowcore)
            faults.push_back(segment.name + " lies on the lowcore");
        if (segment.name == "purgatory" && !crash && last >= two_gib)
            faults.push_back("the purgatory is out of reach of a short PSW");
        if (segment.name == "initrd" && first < base + kernel_end(request))
            faults.push_back("the initrd lies in the kernel");
    }
    if (segment_named(plan, "parameters").destination.first() != base + startup)
        faults.emplace_back("the kernel's entry is not at 64 KiB");
    std::uint64_t size = request.initrd ? request.initrd->bytes().size() : 0;
    if (told(plan, 0x10410) != size)
        faults.emplace_back("the kernel is told another size of the initrd");
    if (size > 0 && told(plan, 0x10408) + base != segment_named(plan, "initrd").destination.first())
        faults.emplace_back("the kernel is told another place of the initrd");
    std::uint64_t old = crash ? request.machine.crash_reservations.back().size() : 0;
    if (told(plan, 0x10418) != base || told(plan, 0x10420) != old)
        faults.emplace_back("the kernel is told another reservation");
    return faults;
}

// Twice what everything takes, in the first piece of RAM or in the reservation.
bool has_obvious_room(const Request &request) {
    std::uint64_t needed =
        kernel_end(request) + 16 * mib + (request.initrd ? request.initrd->bytes().size() : 0);
    if (request.settings.purpose == Purpose::crash)
        return 2 * needed < request.machine.crash_reservations.back().size();
    return 2 * needed < request.machine.system_ram.begin()->size();
}

} // namespace

TEST_CASE("every plan for a random machine passes the kernel's checks and the second opinion") {
    TemporaryDirectory directory;
    auto request = [&](Dice &dice) { return random_request(dice, directory); };
    PlansMade made = make_every_plan({"s390x", 300, request, s390x_faults, has_obvious_room});
    CHECK(made.reboot > 100);
    CHECK(made.crash > 40);
}
