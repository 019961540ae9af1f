// SPDX-License-Identifier: GPL-2.0-or-later
// Crash loads: what the second kernel is told, and what the dump will show.
#include "base/elf.h"
#include "machine/tree_facts.h"
#include "tests/arch/arm64/board.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/machine/made.h"

#include <algorithm>
#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

Request crash_on(Machine machine) {
    Request request = request_on_board(std::move(machine), build_arm64_image(), Purpose::crash);
    request.initrd = file_holding(sample_bytes(70000));
    return request;
}

Result<Decision> plan(const Request &request) { return arch_named("arm64")->plan(request); }

Machine with_reservations(const std::vector<Range> &ranges) {
    Machine machine = board();
    for (Range range : ranges)
        reserve(machine, range);
    return machine;
}

Elf header_of(const SegmentLoad &plan) {
    return read_elf(segment_named(plan, "core header").bytes, ElfExtent::partial).value();
}

std::vector<Range> told(const DeviceTree &tree, const std::string &name) {
    std::vector<Range> ranges;
    Bytes value = tree.property("/chosen", name).value_or(Bytes());
    for (std::uint64_t at = 0; at < value.size(); at += 16)
        ranges.push_back(
            sized(read_at<be64>(value, at, "").value(), read_at<be64>(value, at + 8, "").value()));
    return ranges;
}

} // namespace

TEST_CASE("all of a crash load lies in the reservation, and the tree says what is whose") {
    Range reservation = sized(0x60000000, 0x10000000);
    SegmentLoad load = segments_of(plan(crash_on(with_reservations({reservation}))));
    for (const Segment &segment : load.segments)
        CHECK(reservation.contains(segment.destination));
    DeviceTree tree = tree_of(load);
    const Segment &header = segment_named(load, "core header");
    CHECK(told(tree, "linux,usable-memory-range") == std::vector<Range>{reservation});
    CHECK(told(tree, "linux,elfcorehdr") ==
          std::vector<Range>{sized(header.destination.first(), header.bytes.size())});
    CHECK(tree.reservations().size() == 1); // the kernel complains of a core header that is reserved already
    CHECK(load.flags == 0xb70001);
}

TEST_CASE("the dump shows the kernel's image, then memory without the reservations") {
    SegmentLoad load = segments_of(plan(crash_on(with_reservations({sized(0x60000000, 0x10000000)}))));
    Elf header = header_of(load);
    REQUIRE(header.machine == EM_AARCH64);
    std::vector<ElfSegment> memory;
    std::ranges::copy_if(header.segments, std::back_inserter(memory),
                         [](const ElfSegment &segment) { return segment.type == PT_LOAD; });
    REQUIRE(memory.size() == 3);
    CHECK(memory[0].physical_address == 0x42000000);
    CHECK(memory[0].virtual_address == 0xffffb2a388000000);
    CHECK(memory[0].memory_size == 0x2010000);
    CHECK(memory[1].physical_address == 0x40000000);
    CHECK(memory[1].virtual_address == 0xffff000000000000);
    CHECK(memory[1].memory_size == 0x20000000);
    CHECK(memory[2].physical_address == 0x70000000);
    CHECK(memory[2].virtual_address == 0xffff000030000000);
    CHECK(memory[2].offset == 0x70000000);
}

TEST_CASE("the highest reservation comes first in what the second kernel may use, then from the lowest up") {
    Machine machine = board();
    give_ram(machine, {span(0x40000000, 0x1ffffffff)});
    for (Range range :
         {sized(0x50000000, 0x8000000), sized(0x180000000, 0x20000000), sized(0xa0000000, 0x100000)})
        reserve(machine, range);
    SegmentLoad load = segments_of(plan(crash_on(machine)));
    CHECK(told(tree_of(load), "linux,usable-memory-range") ==
          std::vector<Range>{sized(0x180000000, 0x20000000), sized(0x50000000, 0x8000000),
                             sized(0xa0000000, 0x100000)});
    for (const Segment &segment : load.segments)
        CHECK(sized(0x180000000, 0x20000000).contains(segment.destination));
}

TEST_CASE("where each number came from stands in the plan") {
    SegmentLoad load = segments_of(plan(crash_on(with_reservations({sized(0x60000000, 0x10000000)}))));
    CHECK(std::ranges::count(load.notes,
                             "dump: memory is mapped at its address + 0xfffeffffc0000000 (vmcoreinfo)") == 1);
    CHECK(std::ranges::count(
              load.notes,
              "dump: the kernel at 42000000-4400ffff is mapped at 0xffffb2a388000000 (vmcoreinfo)") == 1);
}

TEST_CASE("numbers that are missing are warned of, and leave the physical addresses") {
    Machine machine = with_reservations({sized(0x60000000, 0x10000000)});
    facts_of(machine).kernel = {};
    facts_of(machine).kernel.linear_words = "/proc/kcore: No such file or directory";
    auto decision = plan(crash_on(machine));
    REQUIRE(decision);
    CHECK(
        has(decision->warnings.at(0), "/proc/kcore: No such file or directory: the dump will have physical"));
    Elf header = header_of(segments_of(decision));
    auto load = std::ranges::find(header.segments, std::uint32_t{PT_LOAD}, &ElfSegment::type);
    CHECK(load->physical_address == 0x40000000);
    CHECK(load->virtual_address == UINT64_MAX);
}

TEST_CASE("an initrd that does not fit the reservation is refused before any call, by any call") {
    Request request = crash_on(with_reservations({sized(0x60000000, 0x800000)}));
    request.initrd = file_holding(sample_bytes(0x800000));
    for (Call call : {Call::load, Call::automatic}) {
        request.settings.call = call;
        auto refused = plan(request);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().cause == Cause::no_room);
        CHECK(has(refused.error().what, "there is no room for the initrd"));
        CHECK(has(refused.error().remedy, "crashkernel="));
    }
}

TEST_CASE("a reservation above 4 GiB cannot be said by a tree of one cell") {
    Machine machine = board();
    give_ram(machine, {span(0x40000000, 0x1ffffffff)});
    reserve(machine, sized(0x180000000, 0x20000000));
    DeviceTree tree = board_tree();
    REQUIRE(tree.remove("/", "#address-cells"));
    REQUIRE(tree.set("/memory@40000000", "reg", Buffer(12)));
    facts_of(machine).device_tree = tree.packed();
    auto refused = plan(crash_on(machine));
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "cannot be said"));
}
