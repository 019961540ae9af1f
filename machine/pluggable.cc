// SPDX-License-Identifier: GPL-2.0-or-later
// A second look at /proc/iomem and at the folders of CPUs.
#include "machine/pluggable.h"

#include <algorithm>
#include <iterator>

namespace kexec {
namespace {

constexpr Source of_memory{"/proc/iomem", "memory that came or went", 64 << 20};
constexpr Source of_cpus{"/sys/devices/system/cpu/cpu*/crash_notes", "CPUs that came or went", 4096};

} // namespace

Pluggable pluggable_parts(const Machine &machine) {
    Pluggable parts{ram_lines(machine.resources), {}};
    std::ranges::transform(machine.cpu_notes, std::back_inserter(parts.cpus), &CpuNotes::cpu);
    return parts;
}

bool have_changed(const Pluggable &before, const std::string &root) {
    std::vector<Source> sources{of_memory};
    if (!before.cpus.empty())
        sources.push_back(of_cpus);
    auto machine = understand_common(take_snapshot(sources, root), {});
    if (!machine)
        return false;
    Pluggable now = pluggable_parts(*machine);
    bool same_cpus = now.cpus.empty() || now.cpus == before.cpus;
    return !same_cpus || now.memory != before.memory;
}

} // namespace kexec
