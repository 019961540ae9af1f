// SPDX-License-Identifier: GPL-2.0-or-later
// Which files tell, and what they tell. A dump waits from the boot that found it until the memory is
// released: release_mem stays after that (the kernel's fadump.c removes it never), as does the device tree's
// property, so what shows it is /proc/vmcore, which goes, or the table of regions.
#include "util/fadump/understand.h"

#include "base/elf.h"
#include "base/text.h"
#include "machine/fadump_files.h"
#include "machine/memory_map.h"

#include <algorithm>
#include <array>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::fadump {

namespace {

constexpr std::string_view regions_path = "/sys/kernel/debug/powerpc/fadump_region";
constexpr std::string_view rtas_path = "/proc/device-tree/rtas/ibm,configure-kernel-dump";
constexpr std::string_view opal_path = "/proc/device-tree/ibm,opal/dump/compatible";
constexpr std::string_view core_path = "/sys/firmware/opal/mpipl/core";
constexpr std::string_view core_older = "/sys/firmware/opal/core";
constexpr std::string_view release_core_path = "/sys/firmware/opal/mpipl/release_core";
constexpr std::string_view release_core_older = "/sys/kernel/fadump_release_opalcore";
constexpr std::string_view vmcore_path = "/proc/vmcore";
constexpr std::string_view boot_path = "/proc/sys/kernel/random/boot_id";

constexpr std::array all_sources{
    Source{"/proc/cmdline", "fadump= and fadump_reserve_mem="},
    Source{"/proc/iomem", "how much memory there is"},
    Source{boot_path, "which boot a saved dump is of"},
    Source{vmcore_path, "the waiting dump", 1 << 20, Extent::program_headers},
    Source{rtas_path, "whether the firmware is PowerVM's, and knows firmware-assisted dump"},
    Source{opal_path, "the same of OPAL"},
    Source{fadump_enabled, "whether the kernel has reserved memory for it"},
    Source{fadump_enabled_older, "the same, of kernels before 5.6", 1 << 20, Extent::whole, fadump_enabled},
    Source{fadump_registered, "whether a crash will be dumped"},
    Source{fadump_registered_older, "the same, of kernels before 5.6", 1 << 20, Extent::whole,
           fadump_registered},
    Source{fadump_release, "present in the boot after a crash"},
    Source{fadump_release_older, "the same, of kernels before 5.6", 1 << 20, Extent::whole, fadump_release},
    Source{fadump_reserved, "how much memory is reserved"},
    Source{fadump_hotplug_ready, "whether the kernel follows changes of memory"},
    Source{bootargs_path, "what is added to the capture kernel's command line"},
    Source{regions_path, "the regions that the firmware keeps"},
    Source{core_path, "the memory of OPAL itself", 1 << 20, Extent::program_headers},
    Source{core_older, "the same, in older kernels", 1 << 20, Extent::program_headers, core_path},
    Source{release_core_path, "present while the memory of OPAL is kept"},
    Source{release_core_older, "the same, in older kernels", 1 << 20, Extent::whole, release_core_path},
    Source{saved_record, "where the waiting dump was saved"},
};

// The first of two names that is there; empty if none is.
std::string present(const Snapshot &snapshot, std::string_view path, std::string_view older) {
    if (snapshot.is_there(path))
        return std::string(path);
    return snapshot.is_there(older) ? std::string(older) : std::string();
}

// 0 or 1; nothing where there is no such file.
Result<std::optional<bool>> switch_in(const Snapshot &snapshot, std::string_view path) {
    if (int number = snapshot.error(path))
        return fail_errno(Cause::missing_file, number, path, "run this as root");
    auto number = TRY(decimal_in(snapshot, path));
    if (number && *number > 1)
        return fail(Cause::other, fmt::format("{}: holds {}, 0 or 1 was needed", path, *number),
                    "look at the file with cat");
    return number ? std::optional(*number == 1) : std::nullopt;
}

Result<std::optional<bool>> switch_in(const Snapshot &snapshot, std::string_view path,
                                      std::string_view older) {
    auto found = TRY(switch_in(snapshot, path));
    return found ? found : TRY(switch_in(snapshot, older));
}

// As the kernel's early_fadump_param reads it: only the first letters count, and nocma cannot be taken back.
Mode mode_of(const std::vector<std::string_view> &words) {
    bool on = false, nocma = false;
    for (std::string_view word : words) {
        if (!word.starts_with("fadump="))
            continue;
        std::string_view value = word.substr(word.find('=') + 1);
        nocma |= value.starts_with("nocma");
        if (value.starts_with("on") || value.starts_with("nocma"))
            on = true;
        else if (value.starts_with("off"))
            on = false;
    }
    return !on ? Mode::off : nocma ? Mode::nocma : Mode::on;
}

// The kernel takes '-' for '_' in a parameter's name.
std::optional<std::string> reserve_mem_of(const std::vector<std::string_view> &words) {
    std::optional<std::string> value;
    for (std::string_view word : words) {
        std::string name = with_underscores(word.substr(0, word.find('=')));
        if (name == "fadump_reserve_mem" && name.size() < word.size())
            value = word.substr(name.size() + 1);
    }
    return value;
}

// Nothing for who is not root: the kernel shows zeros then.
std::optional<std::uint64_t> memory_of(const Snapshot &snapshot) {
    auto lines = parse_iomem(snapshot.text("/proc/iomem").value_or(""));
    if (!lines)
        return std::nullopt;
    std::uint64_t size = 0;
    for (Range range : ram_lines(*lines))
        size += range.size();
    return size;
}

std::optional<std::uint64_t> dump_size(const Snapshot &snapshot) {
    auto elf = read_elf(snapshot.bytes(vmcore_path).value_or(Bytes()), ElfExtent::partial);
    if (!elf)
        return std::nullopt;
    std::uint64_t end = 0;
    for (const ElfSegment &segment : elf->segments)
        if (segment.offset <= UINT64_MAX - segment.file_size)
            end = std::max(end, segment.offset + segment.file_size);
    return end;
}

Platform platform_of(const Snapshot &snapshot) {
    if (snapshot.is_there(rtas_path))
        return Platform::powervm;
    return snapshot.is_there(opal_path) ? Platform::opal : Platform::none;
}

// Where this boot's dump was saved, if it was.
std::optional<std::string> saved_in(const Snapshot &snapshot, const std::string &boot) {
    std::string_view record = snapshot.word(saved_record).value_or("");
    if (boot.empty() || !record.starts_with(boot + " "))
        return std::nullopt;
    return std::string(record.substr(boot.size() + 1));
}

Result<void> read_switches(const Snapshot &snapshot, Facts &facts) {
    facts.enabled = TRY(switch_in(snapshot, fadump_enabled, fadump_enabled_older));
    facts.registered = TRY(switch_in(snapshot, fadump_registered, fadump_registered_older)).value_or(false);
    facts.reserved = TRY(decimal_in(snapshot, fadump_reserved));
    facts.hotplug_ready = TRY(switch_in(snapshot, fadump_hotplug_ready)).value_or(false);
    facts.controls = {.registered = present(snapshot, fadump_registered, fadump_registered_older),
                      .release_memory = present(snapshot, fadump_release, fadump_release_older),
                      .release_opal_core = present(snapshot, release_core_path, release_core_older)};
    return {};
}

} // namespace

std::span<const Source> sources() { return all_sources; }

Result<Facts> understand(const Snapshot &snapshot) {
    Facts facts;
    facts.platform = platform_of(snapshot);
    auto words = words_of(snapshot.text("/proc/cmdline").value_or(""));
    facts.mode = mode_of(words);
    facts.reserve_mem = reserve_mem_of(words);
    TRY(read_switches(snapshot, facts));
    if (auto bootargs = snapshot.word(bootargs_path))
        facts.bootargs = *bootargs;
    facts.memory = memory_of(snapshot);
    if (auto table = snapshot.text(regions_path))
        facts.regions = parse_regions(*table);
    facts.has_vmcore = snapshot.is_there(vmcore_path);
    // The kernel lets nobody register while a dump waits.
    facts.dump_waiting = !facts.controls.release_memory.empty() && !facts.registered &&
                         (facts.has_vmcore || (facts.regions && facts.regions->kept_above));
    facts.vmcore_size = dump_size(snapshot);
    facts.opal_core = present(snapshot, core_path, core_older);
    facts.boot = snapshot.word(boot_path).value_or("");
    facts.saved = saved_in(snapshot, facts.boot);
    return facts;
}

std::string record_of(const Facts &facts, std::string_view directory) {
    return fmt::format("{} {}\n", facts.boot, directory);
}

} // namespace kexec::fadump
