// SPDX-License-Identifier: GPL-2.0-or-later
// Understanding a ppc64 machine. /proc/iomem tells what is RAM, the device tree everything else.
#include "arch/ppc64/firmware.h"
#include "arch/ppc64/ppc64.h"
#include "base/text.h"
#include "machine/auxiliary.h"
#include "machine/fadump_files.h"
#include "machine/flat_tree.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::uint64_t hardware_capabilities_2 = 26; // AT_HWCAP2
constexpr std::uint64_t vector_crypto = 1 << 25;      // PPC_FEATURE2_VEC_CRYPTO

// The kernel keeps to itself that a part of its reservation was given back (kexec_crash_size).
std::optional<Range> what_is_left(std::optional<Range> reservation, const KexecState &state) {
    if (!reservation || !state.crash_size || *state.crash_size >= reservation->size())
        return reservation;
    return Range::sized(reservation->first(), *state.crash_size);
}

// "0-7,16": how many numbers that is.
std::uint64_t count_of(std::string_view list) {
    std::uint64_t count = 0;
    while (!list.empty()) {
        std::string_view part = list.substr(0, list.find(','));
        list.remove_prefix(std::min(part.size() + 1, list.size()));
        auto first = parse_decimal(part.substr(0, part.find('-')));
        auto last = part.find('-') == part.npos ? first : parse_decimal(part.substr(part.find('-') + 1));
        if (!first || !last || *last < *first || *last > UINT32_MAX)
            return 0;
        count += *last - *first + 1;
    }
    return count;
}

// "MemTotal:        2066944 kB"
std::uint64_t total_memory(const Snapshot &snapshot) {
    for (std::string_view line : lines_of(snapshot.text("/proc/meminfo").value_or(""))) {
        auto words = words_of(line);
        if (words.size() == 3 && words[0] == "MemTotal:" && words[2] == "kB")
            return parse_decimal(words[1]).value_or(0) * 1024;
    }
    return 0;
}

// Of a machine where a dump waits the kernel takes the lowest memory and reserves all the rest, so that what
// it has to give to others all lies in that, and is less (fadump_reserve_mem in arch/powerpc/kernel/fadump.c,
// with CONFIG_FA_DUMP and with CONFIG_PRESERVE_FA_DUMP). Once the dump is released this is all of memory
// again.
Ranges lowest_part(const Ranges &ram, std::uint64_t size) {
    Ranges lowest;
    for (Range range : ram) {
        auto part = Range::sized(range.first(), std::min(range.size(), size));
        if (!part)
            break;
        lowest.add(*part);
        size -= part->size();
    }
    return lowest;
}

Result<std::optional<std::uint64_t>> cpu_of_next_kernel(const Snapshot &snapshot) {
    std::uint64_t cpu = TRY(decimal_in(snapshot, "/sys/kernel/reboot/cpu")).value_or(0);
    return decimal_in(snapshot, fmt::format("/sys/devices/system/cpu/cpu{}/physical_id", cpu));
}

Result<bool> has_fadump(const Snapshot &snapshot) {
    for (std::string_view path : {fadump_enabled, fadump_enabled_older})
        if (TRY(decimal_in(snapshot, path)) == 1U)
            return true;
    return false;
}

Result<void> look_at_tree(const DeviceTree &tree, const Snapshot &snapshot, Machine &machine,
                          Ppc64Facts &facts) {
    Ranges coherent = TRY(ppc64::coherent_device_memory(tree));
    machine.system_ram.remove(coherent);
    for (Range range : coherent)
        machine.memory.remove(range);
    facts.firmware = TRY(ppc64::firmware_memory(tree));
    for (const FirmwareMemory &piece : facts.firmware)
        machine.kept.add(piece.range);
    if (machine.crash_reservations.empty())
        if (auto left = what_is_left(TRY(ppc64::crash_reservation(tree)), machine.kexec))
            machine.crash_reservations.push_back(*left);
    facts.kernel_end = TRY(ppc64::number_in(tree, "/chosen", "linux,kernel-end"));
    facts.first_memory = TRY(ppc64::first_memory(tree));
    facts.opal = TRY(ppc64::find_opal(tree));
    facts.initrd = TRY(ppc64::first_initrd(tree));
    facts.terminal = ppc64::console_terminal(tree);
    if (auto property = ppc64::waiting_dump(tree))
        facts.waiting_dump = {*property, lowest_part(machine.system_ram, total_memory(snapshot))};
    return {};
}

} // namespace

Result<Machine> understand_ppc64(const Snapshot &snapshot) {
    constexpr std::string_view files = "/proc/device-tree";
    Machine machine = TRY(understand_common(snapshot, "ppc64"));
    machine.memory = resource_memory_map(machine.resources);
    machine.system_ram = ram_lines(machine.resources);
    Ppc64Facts facts;
    PageSize page = page_size_of(snapshot);
    facts.page_size = page.bytes;
    facts.page_size_words = page.words;
    facts.vector_sha = (auxiliary_value(snapshot, hardware_capabilities_2).value_or(0) & vector_crypto) != 0;
    facts.next_cpu = TRY(cpu_of_next_kernel(snapshot));
    facts.possible_cpus = count_of(snapshot.word("/sys/devices/system/cpu/possible").value_or(""));
    facts.fadump = TRY(has_fadump(snapshot));
    auto tree = flattened_tree(snapshot, files);
    facts.device_tree_words = tree ? std::string(files) : tree.error().what;
    if (tree) {
        TRY_WITHIN(files, look_at_tree(*tree, snapshot, machine, facts));
        facts.device_tree = tree->packed();
    }
    machine.own = std::move(facts);
    return machine;
}

} // namespace kexec
