// SPDX-License-Identifier: GPL-2.0-or-later
// Boards with RAM in pieces, Images of all sizes.
#include "tests/plan/every_plan.h"

#include "tests/arch/arm64/acceptance.h"
#include "tests/arch/arm64/board.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mib = 1 << 20, gib = 1 << 30;

Machine random_machine(Dice &dice) {
    Machine machine = board();
    Ranges ram;
    std::uint64_t at = dice.below(3) * gib + dice.below(64) * 0x1000;
    for (std::uint64_t pieces = 1 + dice.below(6); pieces > 0; pieces--) {
        std::uint64_t size = (16 + dice.below(600)) * mib + dice.below(256) * 0x1000;
        ram.add(sized(at, size));
        at += size + (dice.below(4) == 0 ? dice.below(40) * gib : dice.below(32) * mib) + 0x1000;
    }
    give_ram(machine, ram);
    machine.kept = {};
    for (std::uint64_t holes = dice.below(5); holes > 0; holes--)
        machine.kept.add(sized(ram.begin()->first() + dice.below(256 * mib), 1 + dice.below(mib)));
    constexpr std::uint64_t pages[] = {4096, 16384, 65536};
    facts_of(machine).page_size = pages[dice.below(3)];
    facts_of(machine).device_tree = bare_tree().packed();
    return machine;
}

Buffer random_image(Dice &dice) {
    Arm64ImageHeader header = usual_arm64_header();
    header.text_offset = dice.below(2) ? 0 : dice.below(512) * 0x1000;
    header.image_size = 0x2000 + dice.below(48 * mib);
    header.flags = dice.below(2) ? 0xa : 0x2;
    return build_arm64_image(header);
}

// A reservation on 2 MiB inside the largest piece of RAM, as reserve_crashkernel makes one.
void reserve_for_crash(Machine &machine, Dice &dice) {
    Range largest = *std::ranges::max_element(machine.system_ram, {}, &Range::size);
    auto first = align_up(largest.first(), 2 * mib);
    std::uint64_t room = largest.last() + 1 - *first;
    reserve(machine, sized(*first, std::max(2 * mib, align_down(room / (1 + dice.below(3)), 2 * mib))));
}

// Kernel, initrd and tree each with its alignment, the core header and the purgatory.
bool has_obvious_room(const Request &request) {
    const auto &image = std::get<Arm64Image>(request.image.content);
    std::uint64_t initrd = request.initrd ? request.initrd->bytes().size() : 0;
    std::uint64_t needed = image.text_offset + image.image_size + initrd + 8 * mib;
    Ranges room = request.settings.purpose == Purpose::crash
                      ? Ranges{request.machine.crash_reservations.back()}
                      : free_ram(request.machine);
    room.remove(request.machine.kept);
    bool piece = std::ranges::any_of(room, [&](Range range) { return range.size() >= needed; });
    return piece && needed < request.machine.system_ram.size() / 2;
}

} // namespace

TEST_CASE("every plan for a random machine passes the second opinion") {
    TemporaryDirectory directory;
    auto random_request = [&](Dice &dice) {
        Purpose purpose = dice.below(3) == 0 ? Purpose::crash : Purpose::reboot;
        Machine machine = random_machine(dice);
        if (purpose == Purpose::crash)
            reserve_for_crash(machine, dice);
        Request request = request_on_board(machine, random_image(dice), purpose);
        request.initrd = random_initrd(dice, directory, 100 * mib);
        return request;
    };
    // The initrd may be out of reach of a kernel that found room in a lower piece.
    auto has_room = [](const Request &request) {
        return has_obvious_room(request) && request.machine.system_ram.count() == 1;
    };
    PlansMade made = make_every_plan({"arm64", 400, random_request, arm64_faults_of, has_room});
    CHECK(made.reboot > 150);
    CHECK(made.crash > 50);
}

TEST_CASE("the second opinion sees faults") {
    Request request = request_on_board(board(), build_arm64_image(), Purpose::reboot);
    request.initrd = file_holding(sample_bytes(10000));
    SegmentLoad good = segments_of(arch_named("arm64")->plan(request));
    CHECK(arm64_faults_of(good, request).empty());
    SegmentLoad moved = good;
    for (Segment &segment : moved.segments)
        if (segment.name == "initrd")
            segment.destination = sized(segment.destination.first() - 0x1000, segment.destination.size());
    CHECK_FALSE(arm64_faults_of(moved, request).empty());
    request.machine.kept.add(good.segments.front().destination);
    CHECK_FALSE(arm64_faults_of(good, request).empty());
}
