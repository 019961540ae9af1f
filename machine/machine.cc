// SPDX-License-Identifier: GPL-2.0-or-later
// What all architectures find in the same place: /proc/iomem, the notes a crash leaves, the command line, and
// what the kernel says of kexec (Documentation/ABI/testing/sysfs-devices-system-cpu, sysfs-kernel-vmcoreinfo
// and others there).
#include "machine/machine.h"

#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr Source for_crash(const Source &source) { return only_for(Need::crash_kernel, source); }

constexpr Source machine_sources[] = {
    {"/proc/iomem", "memory as the kernel uses it, crash reservations", 64 << 20},
    {"/proc/cmdline", "the running kernel's command line"},
    for_crash(
        {"/sys/devices/system/cpu/cpu*/crash_notes", "where a CPU leaves its registers in a crash", 4096}),
    for_crash({"/sys/devices/system/cpu/cpu*/crash_notes_size", "and how many bytes", 4096}),
    for_crash({"/sys/kernel/vmcoreinfo", "where the kernel describes itself to dump readers", 4096}),
};

constexpr Source kexec_sources[] = {
    {"/sys/kernel/kexec_loaded", "whether a kernel is loaded", 4096},
    {"/sys/kernel/kexec/loaded", "the same, since Linux 6.19", 4096, Extent::whole,
     "/sys/kernel/kexec_loaded"},
    for_crash({"/sys/kernel/kexec_crash_loaded", "whether a crash kernel is loaded", 4096}),
    for_crash({"/sys/kernel/kexec/crash_loaded", "the same, since Linux 6.19", 4096, Extent::whole,
               "/sys/kernel/kexec_crash_loaded"}),
    for_crash({"/sys/kernel/kexec_crash_size", "bytes reserved for a crash kernel", 4096}),
    for_crash({"/sys/kernel/kexec/crash_size", "the same, since Linux 6.19", 4096, Extent::whole,
               "/sys/kernel/kexec_crash_size"}),
    for_crash({"/sys/kernel/crash_elfcorehdr_size", "bytes the kernel wants for a core header it can rewrite",
               4096}),
    for_crash({"/sys/kernel/kexec/crash_elfcorehdr_size", "the same, since Linux 6.19", 4096, Extent::whole,
               "/sys/kernel/crash_elfcorehdr_size"}),
    {"/proc/sys/kernel/kexec_load_disabled", "whether loading is switched off until the next boot", 4096},
    {"/proc/sys/kernel/kexec_load_limit_reboot", "how many kernels may still be loaded", 4096},
    for_crash(
        {"/proc/sys/kernel/kexec_load_limit_panic", "how many crash kernels may still be loaded", 4096}),
    {"/sys/kernel/uevent_seqnum", "whether there is anything to be seen below /sys/kernel", 4096,
     Extent::whole, "/sys/kernel/kexec_loaded"},
};

constexpr std::string_view cpu_directory = "/sys/devices/system/cpu";
// What a CPU's note takes where the kernel does not say: old ones have no crash_notes_size.
constexpr std::uint64_t default_notes_size = 1024;

Result<std::vector<ResourceLine>> read_resources(const Snapshot &snapshot) {
    constexpr std::string_view path = "/proc/iomem";
    auto text = snapshot.text(path);
    if (!text) {
        int number = snapshot.error(path);
        return fail(Cause::missing_file,
                    fmt::format("{}: {}, the addresses of memory were needed", path,
                                number ? std::strerror(number) : "there is no such file"),
                    "mount /proc, and run this as root");
    }
    if (snapshot.is_cut(path))
        return fail(Cause::other,
                    fmt::format("{}: is longer than the {} bytes that are read of it", path, text->size()));
    return TRY_WITHIN(path, parse_iomem(*text));
}

std::vector<Range> ranges_named(const std::vector<ResourceLine> &lines, std::string_view name) {
    std::vector<Range> ranges;
    for (const ResourceLine &line : lines)
        if (line.name == name)
            ranges.push_back(line.range);
    std::ranges::sort(ranges);
    return ranges;
}

// CPU numbers may have holes, and a CPU without a note (or with one at 0) has none to dump.
Result<std::vector<CpuNotes>> read_cpu_notes(const Snapshot &snapshot) {
    std::vector<CpuNotes> notes;
    for (std::uint64_t cpu : snapshot.numbers_in(cpu_directory, "cpu")) {
        std::string path = fmt::format("{}/cpu{}/crash_notes", cpu_directory, cpu);
        std::uint64_t address = TRY(hexadecimal_in(snapshot, path)).value_or(0);
        if (address == 0)
            continue;
        std::uint64_t size = TRY(decimal_in(snapshot, path + "_size")).value_or(default_notes_size);
        auto area = Range::sized(address, size);
        if (!area || cpu > UINT32_MAX)
            return fail(Cause::other,
                        fmt::format("{}: {} bytes at {:#x} are no place for a note", path, size, address));
        notes.push_back({static_cast<unsigned>(cpu), *area});
    }
    return notes;
}

// "ADDRESS SIZE", both in hexadecimal; the address is physical.
Result<std::optional<Range>> read_vmcoreinfo(const Snapshot &snapshot) {
    constexpr std::string_view path = "/sys/kernel/vmcoreinfo";
    auto text = snapshot.word(path);
    if (!text)
        return std::nullopt;
    auto words = words_of(*text);
    auto address = words.size() == 2 ? parse_hexadecimal(words[0]) : std::nullopt;
    auto size = words.size() == 2 ? parse_hexadecimal(words[1]) : std::nullopt;
    auto range = address && size ? Range::sized(*address, *size) : std::nullopt;
    if (!range)
        return fail(Cause::other,
                    fmt::format("{}: holds \"{}\", the address and the size of a note were needed", path,
                                printable(*text)));
    return range;
}

Result<std::optional<bool>> read_flag(const Snapshot &snapshot, std::string_view path) {
    auto number = TRY(decimal_in(snapshot, path));
    if (!number)
        return std::nullopt;
    if (*number > 1)
        return fail(Cause::other, fmt::format("{}: holds {}, 0 or 1 was needed", path, *number));
    return *number == 1;
}

// Linux 6.19 moved these files into a folder of their own and keeps the old names for a while
// (Documentation/ABI/obsolete/sysfs-kernel-kexec-kdump).
std::string_view newest_name(const Snapshot &snapshot, std::string_view old_name, std::string_view new_name) {
    return snapshot.bytes(new_name) ? new_name : old_name;
}

Result<KexecState> read_state(const Snapshot &snapshot) {
    KexecState state;
    auto name = [&](std::string_view old_name, std::string_view new_name) {
        return newest_name(snapshot, old_name, new_name);
    };
    state.loaded = TRY(read_flag(snapshot, name("/sys/kernel/kexec_loaded", "/sys/kernel/kexec/loaded")));
    state.crash_loaded =
        TRY(read_flag(snapshot, name("/sys/kernel/kexec_crash_loaded", "/sys/kernel/kexec/crash_loaded")));
    state.crash_size =
        TRY(decimal_in(snapshot, name("/sys/kernel/kexec_crash_size", "/sys/kernel/kexec/crash_size")));
    state.load_disabled = TRY(read_flag(snapshot, "/proc/sys/kernel/kexec_load_disabled"));
    state.elfcorehdr_size = TRY(decimal_in(snapshot, name("/sys/kernel/crash_elfcorehdr_size",
                                                          "/sys/kernel/kexec/crash_elfcorehdr_size")));
    state.policy = read_policy(snapshot);
    return state;
}

std::string_view without_line_end(std::string_view text) { return text.substr(0, text.find('\n')); }

} // namespace

std::span<const Source> kexec_state_sources() { return kexec_sources; }

std::span<const Source> common_sources() {
    static const std::vector<Source> sources = [] {
        std::vector<Source> all(std::begin(machine_sources), std::end(machine_sources));
        all.insert(all.end(), std::begin(kexec_sources), std::end(kexec_sources));
        all.insert(all.end(), policy_sources().begin(), policy_sources().end());
        return all;
    }();
    return sources;
}

Ranges free_ram(const Machine &machine) {
    Ranges free, ram = machine.memory.of_type(MemoryType::ram);
    for (Range range : machine.system_ram)
        free.add(ram.within(range));
    free.remove(machine.kept);
    return free;
}

Result<Machine> understand_common(const Snapshot &snapshot, std::string_view arch) {
    Machine machine;
    machine.arch = arch;
    machine.resources = TRY(read_resources(snapshot));
    machine.crash_reservations = ranges_named(machine.resources, "Crash kernel");
    machine.cpu_notes = TRY(read_cpu_notes(snapshot));
    machine.vmcoreinfo = TRY(read_vmcoreinfo(snapshot));
    machine.command_line = without_line_end(snapshot.text("/proc/cmdline").value_or(""));
    machine.kexec = TRY(read_state(snapshot));
    return machine;
}

} // namespace kexec
