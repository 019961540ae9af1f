// SPDX-License-Identifier: GPL-2.0-or-later
// Which virtual machine stands for recorded machines, and what is said to be missing.
#include "extras/likeness.h"

#include "arch/arch.h"
#include "tests/catch.h"
#include "tests/support/bundle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20, gibibyte = 1 << 30;
const EmulationOffer plenty{
    .available_memory = 64 * gibibyte, .processors = 3, .has_uefi = true, .payload = 0};

Machine recorded(const std::string &name) {
    const Arch &arch = *arch_named(name.substr(0, name.find('-')));
    return arch.understand(recorded_machine(name)).value();
}

Likeness likeness(const Machine &machine, const LikenessWishes &wishes = {},
                  const EmulationOffer &offer = plenty) {
    return likeness_of(machine, Purpose::crash, wishes, offer).value();
}

bool says(const Likeness &likeness, std::string_view part) {
    return fmt::format("{}", fmt::join(likeness.other, "\n")).find(part) != std::string::npos;
}

// x86_64 with one crash reservation and so much RAM.
Machine machine_of(std::uint64_t memory,
                   std::vector<Range> reservations = {*Range::sized(gibibyte, 256 * mebibyte)}) {
    Machine machine{};
    machine.arch = "x86_64";
    machine.system_ram = {*Range::sized(0, memory)};
    machine.crash_reservations = std::move(reservations);
    machine.cpu_notes = std::vector<CpuNotes>(5, {0, *Range::sized(0, 1)});
    machine.own = X86_64Facts{};
    return machine;
}

} // namespace

TEST_CASE("a recorded machine keeps its memory, processors, firmware and reservation") {
    struct Row {
        std::string name;
        Firmware firmware;
        std::uint64_t memory;
        std::string crashkernel;
    };
    for (const Row &row : std::vector<Row>{
             {"x86_64-bios-1g", Firmware::usual, 1024, "crashkernel=256M"},
             {"x86_64-uefi-1g", Firmware::uefi, 1024, "crashkernel=256M"},
             {"x86_64-above-4g", Firmware::usual, 6144, "crashkernel=512M,high crashkernel=256M,low"},
             {"arm64-virt-1g", Firmware::usual, 1024, "crashkernel=256M"},
             {"arm64-uefi-6g", Firmware::uefi, 6144, "crashkernel=512M,high crashkernel=0,low"},
             {"arm64-rk3399-4.4", Firmware::usual, 3968, "crashkernel=256M"},
             {"ppc64-2g", Firmware::usual, 2048, "crashkernel=256M"},
             {"s390x-6g", Firmware::usual, 6144, "crashkernel=256M"},
         }) {
        Machine machine = recorded(row.name);
        Likeness found = likeness(machine);
        INFO(row.name);
        CHECK(found.machine.arch == machine.arch);
        CHECK(found.machine.firmware == row.firmware);
        CHECK(found.machine.memory == row.memory * mebibyte);
        CHECK(found.machine.processors == machine.cpu_notes.size());
        CHECK(found.crashkernel == row.crashkernel);
        CHECK(found.reservation == machine.crash_reservations.back().size());
        CHECK(says(found, "no disks, no network"));
    }
}

TEST_CASE("what the host has not enough of, or not at all, is said") {
    Machine machine = machine_of(64 * gibibyte);
    EmulationOffer offer = plenty;
    offer.available_memory = 2 * gibibyte;
    Likeness small = likeness(machine, {}, offer);
    CHECK(small.machine.memory < 64 * gibibyte);
    CHECK(small.machine.memory >= 4 * gibibyte);
    CHECK(says(small, "MiB instead of 65536: this host has no more to give"));
    offer.available_memory = 512 * mebibyte;
    auto none = likeness_of(machine, Purpose::crash, {}, offer);
    REQUIRE_FALSE(none);
    CHECK(none.error().cause == Cause::no_room);

    Machine uefi = machine;
    std::get<X86_64Facts>(uefi.own).efi_missing = "/sys/firmware/efi/runtime-map";
    CHECK(likeness(uefi).machine.firmware == Firmware::uefi);
    offer = plenty;
    offer.has_uefi = false;
    CHECK(likeness(uefi, {}, offer).machine.firmware == Firmware::usual);
    CHECK(says(likeness(uefi, {}, offer), "no firmware is installed here"));

    machine.cpu_notes.clear();
    CHECK(likeness(machine).machine.processors == plenty.processors);
    CHECK(says(likeness(machine), "does not tell of its processors"));
}

TEST_CASE("a machine so small that two kernels do not fit is made larger, and that is said") {
    Likeness found = likeness(machine_of(256 * mebibyte, {*Range::sized(64 * mebibyte, 64 * mebibyte)}));
    CHECK(found.machine.memory >= 512 * mebibyte);
    CHECK(says(found, "instead of 256: two kernels and their files need so much"));
}

TEST_CASE("wishes are followed and said") {
    LikenessWishes wishes{.memory = 3 * gibibyte, .reservation = 100 * mebibyte, .processors = 2};
    Likeness found = likeness(machine_of(8 * gibibyte), wishes);
    CHECK(found.machine.memory == 3 * gibibyte);
    CHECK(found.machine.processors == 2);
    CHECK(found.crashkernel == "crashkernel=100M");
    CHECK(found.reservation == 100 * mebibyte);
    CHECK(says(found, "memory: 3072 MiB instead of 8192"));
    CHECK(says(found, "processors: 2 instead of 5"));
    CHECK(says(found, "reserved for the crash kernel: 100 MiB instead of 256"));
    CHECK_FALSE(says(likeness(machine_of(8 * gibibyte)), "instead of"));
}

TEST_CASE("a reservation above 4 GiB stays there where there is memory, with its low part") {
    Range low = *Range::sized(gibibyte, 256 * mebibyte), high = *Range::sized(20 * gibibyte, gibibyte);
    CHECK(crashkernel_words("x86_64", {low, high}, 32 * gibibyte) ==
          "crashkernel=1G,high crashkernel=256M,low");
    CHECK(crashkernel_words("x86_64", {high}, 32 * gibibyte) == "crashkernel=1G,high crashkernel=0,low");
    CHECK(crashkernel_words("x86_64", {low, high}, 4 * gibibyte) == "crashkernel=1G");
    CHECK(crashkernel_words("s390x", {high}, 32 * gibibyte) == "crashkernel=1G");
    CHECK(crashkernel_words("x86_64", {}, 4 * gibibyte).empty());
    Likeness found = likeness(machine_of(32 * gibibyte, {low, high}), {.memory = 2 * gibibyte});
    CHECK(found.crashkernel == "crashkernel=1G");
    CHECK(says(found, "lies below 4 GiB, on the machine above"));
}

TEST_CASE("a reboot needs no reservation, and more memory ranges, lockdown and bare metal are said") {
    Machine machine = machine_of(8 * gibibyte);
    machine.system_ram.remove(*Range::sized(3 * gibibyte, gibibyte));
    machine.kexec.policy.lockdown = "integrity";
    Likeness found = likeness_of(machine, Purpose::reboot, {}, plenty).value();
    CHECK(found.crashkernel.empty());
    CHECK(says(found, "not in this machine's 2 ranges"));
    CHECK(says(found, "nothing there demands signatures"));
    machine.arch = "ppc64";
    Ppc64Facts facts;
    facts.opal = Ppc64Opal{0, 0};
    machine.own = facts;
    CHECK(says(likeness_of(machine, Purpose::reboot, {}, plenty).value(), "bare metal with OPAL"));
}
