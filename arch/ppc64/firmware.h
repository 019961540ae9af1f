// SPDX-License-Identifier: GPL-2.0-or-later
// What the device tree says of memory that firmware and hypervisor use, of RAM, and of crashes.
#pragma once

#include "base/devicetree.h"
#include "machine/machine.h"

namespace kexec::ppc64 {

// A property of one number, in one cell or two; nothing where it is missing, Cause::bad_image where it has
// another size.
Result<std::optional<std::uint64_t>> number_in(const DeviceTree &tree, const std::string &path,
                                               const std::string &name);

// In the order of FirmwareUse.
Result<std::vector<FirmwareMemory>> firmware_memory(const DeviceTree &tree);
Result<std::optional<Ppc64Opal>> find_opal(const DeviceTree &tree);

// The lowest pair of the memory nodes' `reg`: as the kernel has it (early_init_dt_add_memory_arch), what real
// mode is sure to reach.
Result<std::optional<Range>> first_memory(const DeviceTree &tree);
// Memory of a device, to be read by no dump and used by no loader: it may be off.
Result<Ranges> coherent_device_memory(const DeviceTree &tree);

// What the running kernel keeps for a crash kernel; nothing where it keeps none.
Result<std::optional<Range>> crash_reservation(const DeviceTree &tree);

// The initrd that the running kernel was booted with; nothing where there was none.
Result<std::optional<Range>> first_initrd(const DeviceTree &tree);

// The unit of the hypervisor's terminal that the console is; nothing where it is another device.
std::optional<std::uint64_t> console_terminal(const DeviceTree &tree);

// The property by which firmware tells that it has kept a dump; nothing where it has not.
std::optional<std::string> waiting_dump(const DeviceTree &tree);

} // namespace kexec::ppc64
