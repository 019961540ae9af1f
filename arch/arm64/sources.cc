// SPDX-License-Identifier: GPL-2.0-or-later
// What is looked at on an arm64 machine besides the common files.
#include "arch/arm64/arm64.h"

#include <array>

namespace kexec {

std::span<const Source> arm64_sources() {
    static constexpr std::array sources = {
        Source{"/sys/firmware/fdt", "the device tree as the running kernel was given it", 4 << 20},
        Source{"/proc/device-tree/**", "the same in files, where that one is missing", 1 << 20, Extent::whole,
               "/sys/firmware/fdt"},
        Source{"/proc/self/auxv", "the page size of the running kernel", 4096},
        Source{"/proc/kcore", "where the kernel has mapped memory and itself, and what it says of itself",
               4 << 20, Extent::notes},
        Source{"/proc/kallsyms", "the kernel's first symbols, where it does not say where it lies", 4096},
        Source{"/sys/class/tty/tty*/iomem_base", "the address of a serial port", 4096},
        Source{"/sys/class/tty/tty*/iomem_reg_shift", "how far its registers stand apart", 4096},
        Source{"/sys/class/tty/tty*/type", "what kind of port it is", 4096},
    };
    return sources;
}

} // namespace kexec
