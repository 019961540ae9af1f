// SPDX-License-Identifier: GPL-2.0-or-later
// Understanding an arm64 machine: its memory and what is reserved in it, its device tree, the page size of
// its kernel, its serial ports. Where the kernel lies is in kernel_place.cc.
#include "arch/arm64/arm64.h"
#include "arch/arm64/kernel_place.h"
#include "base/text.h"
#include "machine/auxiliary.h"
#include "machine/flat_tree.h"
#include "machine/tree_facts.h"
#include "machine/vmcoreinfo.h"

#include <cstring>
#include <fmt/core.h>

namespace kexec {
namespace {

using arm64::find_kernel;

// /sys/firmware/fdt since Linux 4.2, where the blob was not changed since boot; the files that the kernel
// shows of the tree where it is missing. One that is damaged is none: --dtb may stand in for it.
void find_device_tree(const Snapshot &snapshot, Arm64Facts &facts) {
    constexpr std::string_view blob = "/sys/firmware/fdt", files = "/proc/device-tree";
    auto bytes = snapshot.bytes(blob);
    auto tree = bytes ? DeviceTree::view(*bytes) : flattened_tree(snapshot, files);
    if (tree) {
        facts.device_tree = tree->packed();
        facts.device_tree_words = bytes ? blob : files;
    } else if (bytes) {
        facts.device_tree_words = fmt::format("{}: {}", blob, tree.error().what);
    } else {
        facts.device_tree_words = fmt::format("there is no {}, {}", blob, tree.error().what);
    }
}

Result<std::vector<Arm64SerialPort>> find_serial_ports(const Snapshot &snapshot) {
    std::vector<Arm64SerialPort> ports;
    for (std::string &name : snapshot.names_in("/sys/class/tty")) {
        std::string directory = "/sys/class/tty/" + name;
        std::uint64_t address = TRY(hexadecimal_in(snapshot, directory + "/iomem_base")).value_or(0);
        std::uint64_t type = TRY(decimal_in(snapshot, directory + "/type")).value_or(0);
        std::uint64_t shift = TRY(decimal_in(snapshot, directory + "/iomem_reg_shift")).value_or(0);
        if (address != 0)
            ports.push_back({std::move(name), address, type, shift});
    }
    return ports;
}

} // namespace

// The kernel shows what it keeps reserved as "reserved" below System RAM since 4.17, EFI's persistent
// reservations (LINUX_EFI_MEMRESERVE: the tables that a GICv3 goes on using) among it; the tables of
// reserved memory in the device tree are read as well, for the kernels before.
Result<Machine> understand_arm64(const Snapshot &snapshot) {
    Machine machine = TRY(understand_common(snapshot, "arm64"));
    machine.memory = resource_memory_map(machine.resources);
    machine.system_ram = ram_lines(machine.resources);
    Arm64Facts facts;
    PageSize page = page_size_of(snapshot);
    facts.page_size = page.bytes;
    facts.page_size_words = page.words;
    find_device_tree(snapshot, facts);
    if (!facts.device_tree.empty())
        machine.kept =
            TRY_WITHIN(facts.device_tree_words, reservations_in(TRY(DeviceTree::read(facts.device_tree))));
    facts.kernel = find_kernel(snapshot, machine, facts.page_size);
    facts.serial_ports = TRY(find_serial_ports(snapshot));
    machine.own = std::move(facts);
    return machine;
}

} // namespace kexec
