// SPDX-License-Identifier: GPL-2.0-or-later
// A Machine is what this computer is, in the terms of a loader: the facts that all architectures share, and
// each one's own. It is understood from a Snapshot by Arch::understand, a pure function.
#pragma once

#include "machine/arm64.h"
#include "machine/memory_map.h"
#include "machine/policy.h"
#include "machine/ppc64.h"
#include "machine/x86_64.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kexec {

// Where a CPU leaves its registers when the kernel dies (/sys/devices/system/cpu/cpuN/crash_notes).
struct CpuNotes {
    unsigned cpu;
    Range area;
};

// What the running kernel says of kexec. A missing file is "not known".
struct KexecState {
    std::optional<bool> loaded;                   // /sys/kernel/kexec_loaded, or its newer name
    std::optional<bool> crash_loaded;             // /sys/kernel/kexec_crash_loaded
    std::optional<std::uint64_t> crash_size;      // /sys/kernel/kexec_crash_size, bytes
    std::optional<bool> load_disabled;            // /proc/sys/kernel/kexec_load_disabled
    std::optional<std::uint64_t> elfcorehdr_size; // /sys/kernel/crash_elfcorehdr_size, bytes: hotplug support
    KexecPolicy policy;
};

struct Machine {
    std::string_view arch; // as in the Arch table

    MemoryMap memory;  // what a second kernel may be told: firmware's view, corrected by the kernel's
    Ranges system_ram; // what the running kernel uses, crash reservations included
    Ranges kept;       // RAM whose content must outlive every kernel: data that the firmware refers to
    std::vector<Range> crash_reservations; // "Crash kernel" lines, ascending
    std::vector<ResourceLine> resources;   // /proc/iomem

    std::vector<CpuNotes> cpu_notes; // of possible CPUs, ascending
    std::optional<Range> vmcoreinfo; // the note's physical place
    std::string command_line;        // of the running kernel, without line end

    KexecState kexec;
    std::variant<std::monostate, X86_64Facts, Arm64Facts, Ppc64Facts> own;
};

// RAM to the firmware and to the running kernel both, which nobody has to keep: where a second kernel may be
// put.
Ranges free_ram(const Machine &machine);

// The facts that are found in the same place on every architecture: resources, notes, command line, state.
// `memory`, `system_ram` and `own` are for the architecture to fill.
Result<Machine> understand_common(const Snapshot &snapshot, std::string_view arch);

} // namespace kexec
