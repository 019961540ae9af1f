// SPDX-License-Identifier: GPL-2.0-or-later
// Machines and requests for the tests of planning.
#include "tests/plan/requests.h"

#include "tests/plan/kernels.h"

#include <algorithm>
#include <stdexcept>

namespace kexec::testing {

Machine pc(std::uint64_t end_of_ram) {
    constexpr std::uint64_t end_of_low_ram = 0xc0000000, four_gib = 0x100000000;
    Machine machine;
    machine.arch = "x86_64";
    auto add = [&](Range range, MemoryType type) { machine.memory.add(range, type); };
    std::uint64_t low = std::min(end_of_ram, end_of_low_ram);
    add(span(0, 0x9fbff), MemoryType::ram);
    add(span(0x9fc00, 0x9ffff), MemoryType::reserved);
    add(span(0xf0000, 0xfffff), MemoryType::reserved);
    add(span(0x100000, low - 0x20001), MemoryType::ram);
    add(span(low - 0x20000, low - 1), MemoryType::acpi_tables);
    add(span(0xfffc0000, 0xffffffff), MemoryType::reserved);
    machine.system_ram = {span(0x1000, 0x9fbff), span(0x100000, low - 0x20001)};
    if (end_of_ram > four_gib) {
        add(span(four_gib, end_of_ram - 1), MemoryType::ram);
        machine.system_ram.add(span(four_gib, end_of_ram - 1));
    }
    machine.cpu_notes = {{0, sized(low - 0x100000, 0x180)}, {1, sized(low - 0xf0000, 0x180)}};
    machine.vmcoreinfo = sized(0x2345000, 0x1024);
    machine.command_line = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet";
    X86_64Facts facts;
    facts.boot_params = Buffer(4096);
    facts.acpi_rsdp = 0xf52d0;
    facts.kernel = X86_64Kernel{.page_offset = 0xffff8c3440000000,
                                .text_physical = 0x2000000,
                                .text_virtual = 0xffffffff94000000,
                                .text_size = 0x2e2c000};
    machine.own = facts;
    return machine;
}

void reserve(Machine &machine, Range range) {
    machine.crash_reservations.push_back(range);
    std::ranges::sort(machine.crash_reservations);
    machine.kexec.crash_size = machine.kexec.crash_size.value_or(0) + range.size();
}

Request request_to_load(Machine machine, Bytes kernel_file, Purpose purpose,
                        std::optional<std::string_view> type) {
    Request request{.settings = {},
                    .machine = std::move(machine),
                    .image = image_from(kernel_file, type),
                    .initrd = nullptr,
                    .entropy = {}};
    request.settings.purpose = purpose;
    request.settings.call = Call::load;
    request.settings.command_line = "root=/dev/vda1 quiet";
    return request;
}

void give(Request &request, OptionId option, std::string argument) {
    request.settings.given[option] = std::move(argument);
}

SegmentLoad segments_of(const Result<Decision> &decision) {
    if (!decision)
        throw std::runtime_error("refused: " + decision.error().what);
    for (const Attempt &attempt : decision->attempts)
        if (const auto *plan = std::get_if<SegmentLoad>(&attempt.plan))
            return *plan;
    throw std::runtime_error("there is no plan for kexec_load");
}

const Segment &segment_named(const SegmentLoad &plan, std::string_view name) {
    auto found = std::ranges::find(plan.segments, name, &Segment::name);
    if (found == plan.segments.end())
        throw std::runtime_error("there is no segment " + std::string(name));
    return *found;
}

} // namespace kexec::testing
