// SPDX-License-Identifier: GPL-2.0-or-later
// Understanding an s390x machine: memory is what /proc/iomem calls System RAM, less the blocks that are
// offline (Documentation/ABI/testing/sysfs-devices-memory). A hypervisor may hold memory back ("standby"):
// the kernel lists it before it may be used (drivers/s390/char/sclp_cmd.c). A kernel without memory hotplug
// has neither such memory nor that directory.
#include "arch/s390x/s390x.h"

#include <array>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::string_view memory_directory = "/sys/devices/system/memory";

Result<Range> block(std::uint64_t number, std::uint64_t block_size) {
    auto first = block_size == 0 || number > UINT64_MAX / block_size
                     ? std::nullopt
                     : Range::sized(number * block_size, block_size);
    if (!first)
        return fail(Cause::other,
                    fmt::format("{}/memory{}: block_size_bytes is {:#x}, which gives it no place",
                                memory_directory, number, block_size));
    return *first;
}

Result<Ranges> offline_memory(const Snapshot &snapshot) {
    Ranges offline;
    auto size = TRY(hexadecimal_in(snapshot, fmt::format("{}/block_size_bytes", memory_directory)));
    for (std::uint64_t number : snapshot.numbers_in(memory_directory, "memory"))
        if (snapshot.word(fmt::format("{}/memory{}/state", memory_directory, number)) == "offline")
            offline.add(TRY(block(number, size.value_or(0))));
    return offline;
}

} // namespace

std::span<const Source> s390x_sources() {
    static constexpr std::array sources = {
        Source{"/sys/devices/system/memory/block_size_bytes", "the size of a block of memory", 4096},
        Source{"/sys/devices/system/memory/memory*/state", "whether a block of memory is online", 4096},
    };
    return sources;
}

Result<Machine> understand_s390x(const Snapshot &snapshot) {
    Machine machine = TRY(understand_common(snapshot, "s390x"));
    machine.memory = resource_memory_map(machine.resources);
    for (Range offline : TRY(offline_memory(snapshot)))
        machine.memory.remove(offline);
    machine.system_ram = machine.memory.of_type(MemoryType::ram);
    if (machine.system_ram.empty())
        return fail(Cause::other,
                    "/proc/iomem has no line \"System RAM\", the addresses of memory were needed");
    return machine;
}

} // namespace kexec
