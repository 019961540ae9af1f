// SPDX-License-Identifier: GPL-2.0-or-later
// By Documentation/admin-guide/kdump/kdump.rst and fs/proc/vmcore.c: nothing has to be saved on arm64, since
// the second kernel runs wherever it was loaded.
#include "arch/arm64/crash.h"

#include "plan/core_header.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec::arm64 {
namespace {

// What a mapping without a virtual address has in /proc/kcore.
constexpr std::uint64_t no_virtual_address = UINT64_MAX;

std::vector<DumpedMemory> memory_to_dump(const Machine &machine, const Arm64Kernel &kernel) {
    std::vector<DumpedMemory> memory;
    if (kernel.image)
        memory.push_back({*kernel.image, kernel.image_virtual, kernel.image->first()});
    for (Range range : dumped_ram(machine)) {
        std::uint64_t address =
            kernel.linear_offset ? range.first() + *kernel.linear_offset : no_virtual_address;
        memory.push_back({range, address, range.first()});
    }
    return memory;
}

// A second kernel reads two ranges (MAX_USABLE_RANGES in drivers/of/fdt.c), before 5.19 only the first: the
// one that the kernel loads into, which is the highest; then the lowest, for devices that reach no further;
// then the others for whoever reads more.
std::vector<Range> usable_ranges(const std::vector<Range> &reservations) {
    std::vector<Range> usable = {reservations.back()};
    for (Range range : reservations)
        if (range != reservations.back())
            usable.push_back(range);
    return usable;
}

void tell_where_from(const Arm64Kernel &kernel, std::vector<std::string> &warnings,
                     std::vector<std::string> &notes) {
    if (kernel.linear_offset)
        notes.push_back(fmt::format("dump: memory is mapped at its address + {:#x} ({})",
                                    *kernel.linear_offset, kernel.linear_words));
    else
        warnings.push_back(
            fmt::format("where the running kernel has mapped memory is not known, {}: the dump "
                        "will have physical addresses only; going on without",
                        kernel.linear_words));
    if (kernel.image)
        notes.push_back(fmt::format("dump: the kernel at {} is mapped at {:#x} ({})",
                                    to_string(*kernel.image), kernel.image_virtual, kernel.image_words));
    else
        warnings.push_back(
            fmt::format("where the running kernel's image is mapped is not known, {}; going on "
                        "without",
                        kernel.image_words));
}

} // namespace

Result<CrashPieces> place_crash_pieces(const Request &request, Placer &placer,
                                       std::vector<std::string> &warnings, std::vector<std::string> &notes) {
    const Machine &machine = request.machine;
    const Arm64Kernel &kernel = std::get<Arm64Facts>(machine.own).kernel;
    tell_where_from(kernel, warnings, notes);
    warn_of_missing_notes(machine, warnings);
    auto bytes = std::make_shared<Buffer>(
        core_header(machine, EM_AARCH64, std::endian::little, memory_to_dump(machine, kernel)));
    bool hotplug = request.settings.hotplug;
    std::uint64_t room = room_for_core_header(machine, hotplug, bytes->size());
    // A page of the second kernel, whatever its size, holds nothing but the header.
    constexpr std::uint64_t largest_page = 65536;
    Range place = TRY(placer.highest("the core header", room, largest_page, Range::everything()));
    return CrashPieces{
        .core_header = *Range::sized(place.first(), room),
        // A header that the kernel will rewrite cannot be under a digest.
        .segment = {.name = "core header", .destination = place, .bytes = *bytes, .verified = !hotplug},
        .bytes = bytes,
        .usable = usable_ranges(machine.crash_reservations)};
}

} // namespace kexec::arm64
