// SPDX-License-Identifier: GPL-2.0-or-later
// From a machine's facts to a virtual one. How much of its memory an emulated machine touches was seen: a
// kernel's descriptions of pages (64 bytes for 4096), what user space holds twice, and little else.
#include "extras/likeness.h"

#include "base/devicetree.h"
#include "machine/crashkernel.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20, four_gibibytes = std::uint64_t{4} << 30;
// Firmware keeps a little of what is built in: memory comes in multiples of this.
constexpr std::uint64_t memory_step = 128 * mebibyte;
// What a kernel and its first user space need besides the payload; the archive and what is unpacked from it;
// the loaded copy.
constexpr std::uint64_t kernels_own = 384 * mebibyte, payload_copies = 3;
constexpr std::uint64_t touched_share = 32; // one byte in so many
constexpr unsigned most_processors = 240;   // what each of the four kinds of machine takes

// crashkernel=SIZE,high: the others take memory from wherever it is.
bool knows_high(std::string_view arch) { return arch == "x86_64" || arch == "arm64"; }

std::uint64_t rounded_up(std::uint64_t size, std::uint64_t step) { return (size + step - 1) / step * step; }

std::uint64_t in_mebibytes(std::uint64_t size) { return (size + mebibyte - 1) / mebibyte; }

bool has_uefi(const Machine &machine) {
    if (const auto *facts = std::get_if<X86_64Facts>(&machine.own))
        return facts->efi.has_value() || !facts->efi_missing.empty();
    if (const auto *facts = std::get_if<Arm64Facts>(&machine.own)) {
        auto tree = DeviceTree::view(facts->device_tree);
        return !tree || tree->property("/chosen", "linux,uefi-system-table").has_value();
    }
    return false;
}

void choose_firmware(Likeness &likeness, const Machine &machine, bool is_at_hand) {
    if (!has_uefi(machine))
        return;
    if (is_at_hand)
        likeness.machine.firmware = Firmware::uefi;
    else
        likeness.other.emplace_back(
            "the machine started by UEFI, for which no firmware is installed here: the virtual "
            "one does without");
}

void choose_processors(Likeness &likeness, const Machine &machine, const LikenessWishes &wishes,
                       unsigned of_host) {
    auto own = static_cast<unsigned>(machine.cpu_notes.size());
    if (own == 0) {
        likeness.other.push_back(fmt::format(
            "the running kernel does not tell of its processors: there are {}, as in this host", of_host));
        own = of_host;
    }
    likeness.machine.processors = std::clamp(wishes.processors.value_or(own), 1U, most_processors);
    if (likeness.machine.processors != own)
        likeness.other.push_back(
            fmt::format("processors: {} instead of {}", likeness.machine.processors, own));
}

// Bytes that the host has to find for a virtual machine with so much memory.
std::uint64_t cost_of(std::uint64_t memory, std::uint64_t fixed) { return fixed + memory / touched_share; }

Result<void> choose_memory(Likeness &likeness, const Machine &machine, const LikenessWishes &wishes,
                           const EmulationOffer &offer) {
    Ranges ram = machine.system_ram; // of which s390x leaves the reservations out
    for (Range reserved : machine.crash_reservations)
        ram.add(reserved);
    std::uint64_t own = rounded_up(ram.size(), memory_step);
    std::uint64_t fixed = kernels_own + payload_copies * offer.payload + 2 * likeness.reservation;
    std::uint64_t least = rounded_up(fixed, memory_step);
    std::uint64_t given = offer.available_memory / 4 * 3; // the rest is for who else works here
    std::uint64_t memory = wishes.memory.value_or(std::max(own, least)) / mebibyte * mebibyte;
    if (!wishes.memory && cost_of(memory, fixed) > given) {
        if (cost_of(least, fixed) > given)
            return fail(
                Cause::no_room,
                fmt::format("the virtual machine needs {} MiB of this host's memory, {} MiB can be given",
                            in_mebibytes(cost_of(least, fixed)), given / mebibyte),
                "stop what uses memory, or try it on another host");
        std::uint64_t affordable = (given - fixed) / memory_step * touched_share * memory_step;
        memory = std::min(memory, std::max(least, affordable));
    }
    likeness.machine.memory = memory;
    if (memory != own)
        likeness.other.push_back(fmt::format("memory: {} MiB instead of {}{}", memory / mebibyte,
                                             own / mebibyte,
                                             wishes.memory  ? ""
                                             : memory < own ? ": this host has no more to give"
                                                            : ": two kernels and their files need so much"));
    return {};
}

void compare_maps(Likeness &likeness, const Machine &machine) {
    if (machine.system_ram.count() > 1)
        likeness.other.push_back(
            fmt::format("memory lies where the emulator has it, not in this machine's {} ranges",
                        machine.system_ram.count()));
}

void take_wished_reservation(Likeness &likeness, const Machine &machine, std::uint64_t wished) {
    likeness.crashkernel = "crashkernel=" + memory_size_text(wished);
    std::uint64_t own = machine.crash_reservations.empty() ? 0 : machine.crash_reservations.back().size();
    if (wished != own)
        likeness.other.push_back(fmt::format("reserved for the crash kernel: {} MiB instead of {}",
                                             in_mebibytes(wished), in_mebibytes(own)));
}

void choose_reservation(Likeness &likeness, const Machine &machine, const LikenessWishes &wishes) {
    if (wishes.reservation)
        return take_wished_reservation(likeness, machine, *wishes.reservation);
    likeness.crashkernel =
        crashkernel_words(machine.arch, machine.crash_reservations, likeness.machine.memory);
    bool was_high = knows_high(machine.arch) && machine.crash_reservations.back().first() >= four_gibibytes;
    if (was_high && likeness.crashkernel.find(",high") == std::string::npos)
        likeness.other.emplace_back(
            "the memory reserved for the crash kernel lies below 4 GiB, on the machine above");
}

void compare_environment(Likeness &likeness, const Machine &machine) {
    if (is_locked_down(machine.kexec.policy) || machine.kexec.policy.secure_boot == true)
        likeness.other.emplace_back("nothing there demands signatures, as secure boot or lockdown does here");
    if (const auto *facts = std::get_if<Ppc64Facts>(&machine.own); facts && facts->opal)
        likeness.other.emplace_back("the machine is bare metal with OPAL, the virtual one a pseries guest");
    if (const auto *facts = std::get_if<Arm64Facts>(&machine.own); facts && !has_uefi(machine))
        likeness.other.emplace_back("the device tree is the emulator's, not that of this board");
    likeness.other.emplace_back(
        "there are no disks, no network and no devices of this machine: what the second kernel "
        "does with them fails, or is not tried");
}

} // namespace

std::string crashkernel_words(std::string_view arch, const std::vector<Range> &reservations,
                              std::uint64_t memory) {
    if (reservations.empty())
        return {};
    std::string main = memory_size_text(reservations.back().size());
    // A machine's own memory below 4 GiB is smaller than that, for its devices are there.
    bool fits_above = knows_high(arch) && reservations.back().first() >= four_gibibytes &&
                      memory >= four_gibibytes + reservations.back().size() + four_gibibytes / 4;
    if (!fits_above)
        return "crashkernel=" + main;
    std::uint64_t low = reservations.size() > 1 ? reservations.front().size() : 0;
    return fmt::format("crashkernel={},high crashkernel={},low", main,
                       low == 0 ? "0" : memory_size_text(low));
}

Result<Likeness> likeness_of(const Machine &machine, Purpose purpose, const LikenessWishes &wishes,
                             const EmulationOffer &offer) {
    Likeness likeness;
    bool is_crash = purpose == Purpose::crash;
    if (is_crash)
        likeness.reservation = wishes.reservation.value_or(
            machine.crash_reservations.empty() ? 0 : machine.crash_reservations.back().size());
    likeness.machine.arch = std::string(machine.arch);
    choose_firmware(likeness, machine, offer.has_uefi);
    choose_processors(likeness, machine, wishes, offer.processors);
    TRY(choose_memory(likeness, machine, wishes, offer));
    if (is_crash && likeness.reservation > 0)
        choose_reservation(likeness, machine, wishes);
    compare_maps(likeness, machine);
    compare_environment(likeness, machine);
    return likeness;
}

} // namespace kexec
