// SPDX-License-Identifier: GPL-2.0-or-later
// A machine to emulate, in the terms of what it stands for.
#pragma once

#include <cstdint>
#include <string>

namespace kexec {

enum class Firmware {
    usual, // what such a machine starts by without being told: BIOS, a device tree, Open Firmware, IPL
    uefi,  // x86_64, arm64
};

// A machine to emulate.
struct VirtualMachine {
    std::string arch;                              // as in the Arch table
    std::uint64_t memory = std::uint64_t{1} << 30; // bytes, in whole MiB
    unsigned processors = 1;
    Firmware firmware = Firmware::usual;
    bool operator==(const VirtualMachine &) const = default;
};

} // namespace kexec
