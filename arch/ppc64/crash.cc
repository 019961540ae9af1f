// SPDX-License-Identifier: GPL-2.0-or-later
// As arch/powerpc/kexec/file_load_64.c does it for kexec_file_load: the ranges of get_usable_memory_ranges
// and get_crash_memory_ranges.
#include "arch/ppc64/crash.h"

#include "plan/core_header.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::ppc64 {
namespace {

constexpr std::uint64_t page_offset = 0xc000000000000000; // where the linear mapping starts, on every kernel
// What the second kernel reads by pages of its own starts on one, whatever size these have.
constexpr std::uint64_t largest_page = 65536;

bool is_called(FirmwareUse use) { return use == FirmwareUse::rtas || use == FirmwareUse::opal; }

// RTAS mostly lies inside the reservation, which the kernel puts where it likes. What it and OPAL hold tells
// of the crash too, and the second kernel leaves it as it is.
Ranges memory_to_dump(const Machine &machine) {
    const auto &facts = std::get<Ppc64Facts>(machine.own);
    Ranges memory = dumped_ram(machine);
    for (const FirmwareMemory &piece : facts.firmware) {
        if (!is_called(piece.use))
            continue;
        std::uint64_t first = align_down(piece.range.first(), facts.page_size);
        std::uint64_t last = piece.range.last() | (facts.page_size - 1);
        for (Range ram : machine.system_ram)
            if (auto part = ram.overlap(*Range::between(first, last)))
                memory.add(*part);
    }
    memory.remove(saved_memory);
    return memory;
}

Buffer make_core_header(const Machine &machine, Range backup) {
    std::vector<DumpedMemory> memory = {{saved_memory, page_offset, backup.first()}};
    for (Range range : memory_to_dump(machine))
        memory.push_back({range, page_offset + range.first(), range.first()});
    return core_header(machine, EM_PPC64, std::endian::little, memory);
}

// The bottom of memory is the second kernel's too, since it starts there; that it leaves everything between
// there and the reservation alone is for /memreserve/ to see to.
Ranges usable_memory(const Machine &machine) {
    Ranges usable = {*Range::between(0, machine.crash_reservations.back().last())};
    for (const FirmwareMemory &piece : std::get<Ppc64Facts>(machine.own).firmware)
        if (is_handed_on(piece.use))
            usable.add(piece.range);
    return usable;
}

} // namespace

Result<CrashPieces> place_crash_pieces(const Request &request, Placer &placer,
                                       std::vector<std::string> &warnings) {
    const Machine &machine = request.machine;
    warn_of_missing_notes(machine, warnings);
    bool hotplug = request.settings.hotplug;
    Range backup = TRY(
        placer.lowest("the backup of low memory", saved_memory.size(), largest_page, Range::everything()));
    auto bytes = std::make_shared<Buffer>(make_core_header(machine, backup));
    Range header = TRY(placer.lowest("the core header", room_for_core_header(machine, hotplug, bytes->size()),
                                     largest_page, Range::everything()));
    CrashPieces pieces{.backup = backup,
                       .core_header = header,
                       .segments = {},
                       .bytes = bytes,
                       .usable = usable_memory(machine)};
    pieces.segments.push_back({.name = "backup", .destination = backup, .bytes = {}, .verified = false});
    // A header that the kernel will rewrite cannot be under a digest.
    pieces.segments.push_back(
        {.name = "core header", .destination = header, .bytes = *bytes, .verified = !hotplug});
    return pieces;
}

// One node is for one core with all of its threads; the kernel adds the same properties as those of the
// others have (update_cpus_node).
std::uint64_t room_for_cpus(const DeviceTree &tree, std::uint64_t possible) {
    auto cpus = tree.find("/cpus");
    std::uint64_t threads = 0, threads_of_one = 1, largest = 0;
    for (DeviceTree::Node node : cpus ? tree.children(*cpus) : std::vector<DeviceTree::Node>{}) {
        auto numbers = tree.property(node, "ibm,ppc-interrupt-server#s");
        if (!numbers)
            continue;
        threads_of_one = std::max<std::uint64_t>(threads_of_one, numbers->size() / 4);
        threads += numbers->size() / 4;
        largest = std::max(largest, tree.size_of(node));
    }
    std::uint64_t missing = possible > threads ? possible - threads : 0;
    return (missing + threads_of_one - 1) / threads_of_one * largest;
}

} // namespace kexec::ppc64
