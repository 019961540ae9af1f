// SPDX-License-Identifier: GPL-2.0-or-later
// What is looked at on a ppc64 machine besides the common files.
#include "arch/ppc64/ppc64.h"
#include "machine/fadump_files.h"

#include <array>

namespace kexec {

std::span<const Source> ppc64_sources() {
    static constexpr std::array sources = {
        Source{"/proc/device-tree/**", "the device tree as the running kernel has it", 4 << 20},
        Source{"/proc/self/auxv", "the page size of the running kernel, and whether the CPU computes SHA-256",
               4096},
        Source{"/proc/meminfo", "how much memory the kernel was given, where a dump waits in the rest"},
        Source{"/sys/devices/system/cpu/possible", "how many CPUs there may come to be", 4096},
        Source{"/sys/devices/system/cpu/cpu*/physical_id", "the number that the device tree has for a CPU",
               4096},
        Source{"/sys/kernel/reboot/cpu", "the CPU that will start the next kernel", 4096},
        Source{fadump_enabled, "whether a crash is dumped by the firmware", 4096},
        Source{fadump_enabled_older, "the same of older kernels", 4096},
    };
    return sources;
}

} // namespace kexec
