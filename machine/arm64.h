// SPDX-License-Identifier: GPL-2.0-or-later
// What only an arm64 machine has: its device tree, the page size its kernel was built with, and where that
// kernel has mapped memory and itself.
#pragma once

#include "base/bytes.h"
#include "base/range.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

// The running kernel's view of memory, for the core header of a crash dump. Each number has the words for
// where it came from, or for why it is missing.
struct Arm64Kernel {
    // What to add to a physical address to get its virtual address in the linear map, modulo 2^64.
    std::optional<std::uint64_t> linear_offset;
    std::string linear_words;

    // From "Kernel code" to the end of "Kernel data".
    std::optional<Range> image;
    std::uint64_t image_virtual = 0; // of its first byte
    std::string image_words;
};

// A serial port as /sys/class/tty/NAME describes it.
struct Arm64SerialPort {
    std::string name;      // "ttyAMA0"
    std::uint64_t address; // physical, of its first register
    std::uint64_t type;    // PORT_* of include/uapi/linux/serial_core.h
    std::uint64_t shift;   // a register is 2^shift bytes from the next
};

struct Arm64Facts {
    std::uint64_t page_size = 65536; // of the running kernel, bytes: segments must be made of whole ones
    std::string page_size_words;     // where that came from

    Buffer device_tree; // flattened, as the running kernel has it; empty: there is none
    std::string device_tree_words;

    Arm64Kernel kernel;
    std::vector<Arm64SerialPort> serial_ports;
};

} // namespace kexec
