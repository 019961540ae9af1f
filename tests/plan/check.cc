// SPDX-License-Identifier: GPL-2.0-or-later
// Each rule of check() broken alone, on a plan that passes otherwise.
#include "plan/check.h"

#include "tests/catch.h"

using namespace kexec;

namespace {

constexpr std::uint64_t page = 4096;

Range range(std::uint64_t first, std::uint64_t last) { return Range::between(first, last).value(); }

// 64 MiB of RAM from 1 MiB on, the last 16 MiB of it reserved for a crash kernel.
Machine machine() {
    Machine machine;
    machine.memory.add(range(0x100000, 0x40fffff), MemoryType::ram);
    machine.memory.add(range(0x4100000, 0x41fffff), MemoryType::acpi_tables);
    machine.system_ram = {range(0x100000, 0x40fffff)};
    machine.crash_reservations = {range(0x2000000, 0x20fffff), range(0x3100000, 0x40fffff)};
    return machine;
}

Segment segment(std::string name, std::uint64_t first, std::uint64_t last, Bytes bytes = {}) {
    return {.name = std::move(name), .destination = range(first, last), .bytes = bytes};
}

SegmentLoad good_plan(std::uint64_t base) {
    SegmentLoad plan{};
    plan.entry = base + 0x2010;
    plan.segments = {segment("kernel", base, base + 0x1fff),
                     segment("purgatory", base + 0x2000, base + 0x2fff),
                     segment("initrd", base + 0x4000, base + 0x5fff)};
    return plan;
}

constexpr std::uint64_t in_ram = 0x1000000, in_reservation = 0x3200000;

std::string fault(const SegmentLoad &plan, Purpose purpose = Purpose::reboot) {
    auto result = check(plan, machine(), purpose, page);
    if (result)
        return "";
    CHECK(result.error().cause == Cause::no_room);
    CHECK_FALSE(result.error().remedy.empty());
    return result.error().what;
}

} // namespace

TEST_CASE("a good plan passes") {
    CHECK(fault(good_plan(in_ram)).empty());
    CHECK(fault(good_plan(in_reservation), Purpose::crash).empty());
}

TEST_CASE("a segment must start and end on a page") {
    SegmentLoad plan = good_plan(in_ram);
    plan.segments[2] = segment("initrd", in_ram + 0x4010, in_ram + 0x500f);
    CHECK(fault(plan) == "the segment initrd at 01004010-0100500f is not made of whole pages of 4096 bytes");
    plan.segments[2] = segment("initrd", in_ram + 0x4000, in_ram + 0x4010);
    CHECK(fault(plan) == "the segment initrd at 01004000-01004010 is not made of whole pages of 4096 bytes");
}

TEST_CASE("a segment cannot hold more than its place") {
    SegmentLoad plan = good_plan(in_ram);
    Buffer bytes(0x2001);
    plan.segments[0].bytes = bytes;
    CHECK(fault(plan) == "the segment kernel holds 8193 bytes, its place 01000000-01001fff only 8192");
    plan.segments[0].bytes = Bytes(bytes).first(0x2000);
    CHECK(fault(plan).empty());
}

TEST_CASE("a segment of an ordinary load lies in RAM") {
    SegmentLoad plan = good_plan(in_ram);
    plan.segments[2] = segment("initrd", 0x40ff000, 0x4100fff);
    CHECK(fault(plan) == "the segment initrd at 040ff000-04100fff does not lie in free RAM");
    plan.segments[2] = segment("initrd", 0x80000000, 0x80000fff);
    CHECK(fault(plan) == "the segment initrd at 80000000-80000fff does not lie in free RAM");
}

TEST_CASE("a segment keeps off RAM that the running kernel does not use, and off data that must stay") {
    Machine unused = machine(), kept = machine();
    unused.system_ram.remove(range(in_ram + 0x5000, in_ram + 0x5fff));
    kept.kept = {range(in_ram + 0x4800, in_ram + 0x48ff)};
    for (const Machine &other : {unused, kept}) {
        auto result = check(good_plan(in_ram), other, Purpose::reboot, page);
        REQUIRE_FALSE(result);
        CHECK(result.error().what == "the segment initrd at 01004000-01005fff does not lie in free RAM");
    }
}

TEST_CASE("a segment of a crash load lies in the highest reservation") {
    CHECK(fault(good_plan(in_ram), Purpose::crash) ==
          "the segment kernel at 01000000-01001fff lies outside the crash reservation 03100000-040fffff");
    CHECK(fault(good_plan(0x2000000), Purpose::crash) ==
          "the segment kernel at 02000000-02001fff lies outside the crash reservation 03100000-040fffff");
    SegmentLoad plan = good_plan(in_reservation);
    plan.segments[2] = segment("initrd", 0x40ff000, 0x4100fff);
    CHECK(fault(plan, Purpose::crash) ==
          "the segment initrd at 040ff000-04100fff lies outside the crash reservation 03100000-040fffff");
}

TEST_CASE("a crash load without a reservation is refused") {
    Machine bare = machine();
    bare.crash_reservations.clear();
    auto result = check(good_plan(in_reservation), bare, Purpose::crash, page);
    REQUIRE_FALSE(result);
    CHECK(result.error().cause == Cause::no_reservation);
}

TEST_CASE("segments are disjoint and in order") {
    SegmentLoad plan = good_plan(in_ram);
    plan.segments[1].destination = range(in_ram + 0x1000, in_ram + 0x2fff);
    CHECK(fault(plan) == "the segments kernel and purgatory overlap or are not in order");
    plan = good_plan(in_ram);
    std::swap(plan.segments[0], plan.segments[1]);
    CHECK(fault(plan) == "the segments purgatory and kernel overlap or are not in order");
    plan = good_plan(in_ram);
    plan.segments[1] = plan.segments[0];
    CHECK(fault(plan) == "the entry 0x1002010 lies in no segment");
    plan.entry = in_ram;
    CHECK(fault(plan) == "the segments kernel and kernel overlap or are not in order");
}

TEST_CASE("kexec_load takes 1 to 16 segments") {
    SegmentLoad plan{};
    CHECK(fault(plan) == "the plan has 0 segments, kexec_load takes 1 to 16");
    plan.entry = in_ram;
    for (std::uint64_t i = 0; i < 16; i++)
        plan.segments.push_back(segment("x", in_ram + i * 0x1000, in_ram + i * 0x1000 + 0xfff));
    CHECK(fault(plan).empty());
    plan.segments.push_back(segment("x", in_ram + 0x10000, in_ram + 0x10fff));
    CHECK(fault(plan) == "the plan has 17 segments, kexec_load takes 1 to 16");
}

TEST_CASE("the entry lies in a segment") {
    SegmentLoad plan = good_plan(in_ram);
    plan.entry = in_ram + 0x3000;
    CHECK(fault(plan) == "the entry 0x1003000 lies in no segment");
    plan.entry = in_ram + 0x5fff;
    CHECK(fault(plan).empty());
}

TEST_CASE("no more than half of memory is taken") {
    SegmentLoad plan = good_plan(in_ram);
    plan.segments[2] = segment("initrd", in_ram + 0x4000, in_ram + 0x2001fff); // 32 MiB and a page
    CHECK(fault(plan) ==
          "what is to be loaded takes 32 MiB, the kernel takes at most half of its memory, 32 MiB");
    plan.segments[2] = segment("initrd", in_ram + 0x4000, in_ram + 0x2000fff);
    CHECK(fault(plan).empty());
}

TEST_CASE("who asked for a reservation and got none is told so, others how to ask") {
    Machine without;
    CHECK(check_reservation(without).error().remedy.starts_with("boot with crashkernel=256M"));
    without.command_line = "quiet crashkernel=512M root=/dev/vda";
    without.kexec.crash_size = 0;
    Error error = check_reservation(without).error();
    CHECK(error.cause == Cause::no_reservation);
    CHECK(error.what == "no memory is reserved for a crash kernel");
    CHECK(error.remedy ==
          "the running kernel was booted with crashkernel=512M (now: /sys/kernel/kexec_crash_size is "
          "0): look in its log for why it is not there, or boot a kernel that has CONFIG_CRASH_DUMP");
}

TEST_CASE("a machine whose firmware dumps a crash has no crash kernel, whatever is reserved") {
    Machine machine;
    Ppc64Facts facts;
    facts.fadump = true;
    machine.own = facts;
    machine.crash_reservations = {Range::sized(0x10000000, 0x1000000).value()};
    Error error = check_reservation(machine).error();
    CHECK(error.cause == Cause::no_reservation);
    CHECK(error.what.find("firmware-assisted dump") != std::string::npos);
    CHECK(error.remedy.find("fadump status") != std::string::npos);
}
