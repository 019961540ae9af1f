// SPDX-License-Identifier: GPL-2.0-or-later
// The facts, understood from the files that tell them: Documentation/ABI/testing/sysfs-kernel-fadump,
// sysfs-kernel-kexec-kdump, and proc(5). Linux 5.6 gave fadump's files a folder, 6.19 kexec's; older names
// are looked at where the newer ones are not there.
#include "base/text.h"
#include "machine/auxiliary.h"
#include "machine/memory_map.h"
#include "util/kdumpctl/facts.h"
#include "util/kdumpctl/variables.h"

#include <algorithm>
#include <array>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view loaded_path = "/sys/kernel/kexec/crash_loaded";
constexpr std::string_view loaded_older = "/sys/kernel/kexec_crash_loaded";
constexpr std::string_view size_path = "/sys/kernel/kexec/crash_size";
constexpr std::string_view size_older = "/sys/kernel/kexec_crash_size";
constexpr std::string_view disabled_path = "/proc/sys/kernel/kexec_load_disabled";
constexpr std::string_view enabled_path = "/sys/kernel/fadump/enabled";
constexpr std::string_view enabled_older = "/sys/kernel/fadump_enabled";
constexpr std::string_view registered_path = "/sys/kernel/fadump/registered";
constexpr std::string_view registered_older = "/sys/kernel/fadump_registered";
constexpr std::string_view reserved_path = "/sys/kernel/fadump/mem_reserved";
constexpr std::string_view sysconfig_path = "/etc/sysconfig/kdump";
constexpr std::string_view release_path = "/proc/sys/kernel/osrelease";
constexpr std::string_view mlx5_path = "/sys/bus/pci/drivers/mlx5_core/uevent";
constexpr std::string_view platform_directory = "/sys/devices/platform";
constexpr std::string_view block_directory = "/sys/block";

constexpr std::uint64_t largest_initramfs = 512 << 20;

constexpr std::array all_sources{
    Source{"/proc/cmdline", "crashkernel="},
    Source{"/proc/iomem", "how much memory there is, and how much the kernel takes", 64 << 20},
    Source{release_path, "which kernel this is"},
    Source{"/proc/self/auxv", "the size of its pages"},
    Source{disabled_path, "whether loading is switched off until the next boot"},
    Source{loaded_path, "whether a crash kernel is loaded"},
    Source{loaded_older, "the same, of kernels before 6.19", 1 << 20, Extent::whole, loaded_path},
    Source{size_path, "how much memory is reserved for it"},
    Source{size_older, "the same, of kernels before 6.19", 1 << 20, Extent::whole, size_path},
    Source{enabled_path, "whether the firmware keeps the memory of a crashed kernel"},
    Source{enabled_older, "the same, of kernels before 5.6", 1 << 20, Extent::whole, enabled_path},
    Source{registered_path, "whether it will in the next crash"},
    Source{registered_older, "the same, of kernels before 5.6", 1 << 20, Extent::whole, registered_path},
    Source{reserved_path, "how much memory is reserved for that"},
    Source{sysconfig_path, "how many CPUs a capture kernel gets, and of which version it is"},
    Source{mlx5_path, "whether there are network cards with much memory"},
    Source{"/sys/devices/platform/arm-smmu-*/uevent", "whether there is an SMMU"},
};

constexpr std::array more_sources{
    Source{"/proc/modules", "which modules are loaded, and their sizes"},
    Source{"/sys/block/dm-*/dm/uuid", "whether an encrypted device is open"},
    Source{"/boot/initramfs-%rkdump.img", "the capture initramfs", largest_initramfs},
    Source{"/var/lib/kdump/initramfs-%rkdump.img", "the same, where /boot is not writable",
           largest_initramfs},
    Source{"/var/lib/kdump/initrd.img-%r", "the same, of Debian", largest_initramfs},
    Source{"/boot/initrd-%r-kdump", "the same, of openSUSE", largest_initramfs},
};

// The number in the first of two files that is there.
Result<std::optional<std::uint64_t>> number_in(const Snapshot &snapshot, std::string_view path,
                                               std::string_view older) {
    auto number = TRY(decimal_in(snapshot, path));
    return number ? number : TRY(decimal_in(snapshot, older));
}

Result<std::optional<bool>> switch_in(const Snapshot &snapshot, std::string_view path,
                                      std::string_view older) {
    auto number = TRY(number_in(snapshot, path, older));
    return number ? std::optional(*number != 0) : std::nullopt;
}

// Which kernel captures: the one that is named, or the running one.
std::string capture_release(const Snapshot &snapshot, const ReadVariables &sysconfig) {
    std::string_view named = sysconfig.value_of("KDUMP_KERNELVER").value_or("");
    return std::string(named.empty() ? snapshot.word(release_path).value_or("") : named);
}

// nr_cpus= in what is appended to a capture kernel's command line; the last one counts.
std::uint64_t cpus_in(const ReadVariables &sysconfig, std::string_view variable, std::uint64_t otherwise) {
    constexpr std::string_view option = "nr_cpus=";
    constexpr std::uint64_t most_cpus = 8192; // of any kernel: its CONFIG_NR_CPUS
    for (std::string_view word : words_of(sysconfig.value_of(variable).value_or("")))
        if (word.starts_with(option))
            if (auto number = parse_decimal(word.substr(option.size())))
                otherwise = std::min(*number, most_cpus);
    return otherwise;
}

bool has_smmu(const Snapshot &snapshot) {
    auto names = snapshot.names_in(platform_directory);
    return std::ranges::any_of(names, [](const std::string &name) { return name.starts_with("arm-smmu-"); });
}

bool has_luks2(const Snapshot &snapshot) {
    auto names = snapshot.names_in(block_directory);
    return std::ranges::any_of(names, [&](const std::string &name) {
        auto uuid = snapshot.word(fmt::format("{}/{}/dm/uuid", block_directory, name));
        return uuid && uuid->starts_with("CRYPT-LUKS2-");
    });
}

// The kernel says so once, in its log: "Memory Encryption Features active: AMD SEV".
bool encrypts_memory(std::string_view kernel_log) {
    constexpr std::string_view sentence = "Memory Encryption Features active: AMD S";
    return kernel_log.find(sentence) != std::string_view::npos;
}

void read_traits(const Snapshot &snapshot, std::string_view kernel_log, Facts &facts) {
    auto sysconfig = read_sysconfig(snapshot.text(sysconfig_path).value_or(""));
    facts.kdump_cpus = cpus_in(sysconfig, "KDUMP_COMMANDLINE_APPEND", facts.kdump_cpus);
    facts.fadump_cpus = cpus_in(sysconfig, "FADUMP_COMMANDLINE_APPEND", facts.fadump_cpus);
    std::string release = capture_release(snapshot, sysconfig);
    bool is_running = release == snapshot.word(release_path).value_or("");
    constexpr std::uint64_t large_page = 64 << 10;
    facts.traits.large_pages = release.find("64k") != std::string::npos ||
                               (is_running && auxiliary_value(snapshot, AT_PAGESZ).value_or(0) == large_page);
    facts.traits.encrypts_memory = encrypts_memory(kernel_log);
    facts.traits.has_mlx5 = snapshot.is_there(mlx5_path);
    facts.traits.has_smmu = has_smmu(snapshot);
}

// Nothing for who is not root: the kernel shows zeros then.
void read_memory(const Snapshot &snapshot, Facts &facts) {
    auto lines = parse_iomem(snapshot.text("/proc/iomem").value_or(""));
    if (!lines || lines->empty())
        return;
    std::uint64_t memory = 0;
    for (Range range : ram_lines(*lines))
        memory += range.size();
    facts.memory = memory;
    for (const ResourceLine &line : *lines)
        if (line.name.starts_with("Kernel "))
            facts.kernel_size += line.range.size();
}

void read_command_line(const Snapshot &snapshot, Facts &facts) {
    constexpr std::string_view option = "crashkernel=";
    for (std::string_view word : words_of(snapshot.text("/proc/cmdline").value_or("")))
        if (word.starts_with(option))
            facts.parameters.emplace_back(word.substr(option.size()));
}

// "NAME SIZE USERS ...": a line that is none is passed over.
void read_modules(const Snapshot &snapshot, Facts &facts) {
    for (std::string_view line : lines_of(snapshot.text("/proc/modules").value_or(""))) {
        auto words = words_of(line);
        auto size = words.size() < 2 ? std::nullopt : parse_decimal(words[1]);
        if (size && *size <= UINT32_MAX)
            facts.modules.push_back({std::string(words[0]), *size});
    }
}

void read_initramfs(const Snapshot &snapshot, Facts &facts) {
    std::string_view release = snapshot.word(release_path).value_or("");
    for (const Source &source : more_sources) {
        std::string path(source.path);
        std::size_t at = path.find("%r");
        if (at == std::string::npos)
            continue;
        path.replace(at, 2, release);
        if (auto content = snapshot.bytes(path)) {
            facts.initramfs = path;
            facts.initramfs_size = content->size();
            return;
        }
    }
}

Result<void> read_state(const Snapshot &snapshot, Facts &facts) {
    bool fadump = TRY(switch_in(snapshot, enabled_path, enabled_older)).value_or(false);
    facts.traits.mode = fadump ? CrashMode::fadump : CrashMode::kdump;
    facts.armed = fadump ? TRY(switch_in(snapshot, registered_path, registered_older))
                         : TRY(switch_in(snapshot, loaded_path, loaded_older));
    facts.reserved =
        fadump ? TRY(decimal_in(snapshot, reserved_path)) : TRY(number_in(snapshot, size_path, size_older));
    facts.load_disabled = TRY(decimal_in(snapshot, disabled_path)).value_or(0) != 0;
    return {};
}

} // namespace

std::span<const Source> sources() { return all_sources; }
std::span<const Source> estimate_sources() { return more_sources; }

Result<Facts> understand(const Snapshot &snapshot, std::string_view architecture,
                         std::string_view kernel_log) {
    Facts facts;
    facts.traits.architecture = architecture;
    TRY(read_state(snapshot, facts));
    read_traits(snapshot, kernel_log, facts);
    facts.traits = traits_in(facts, facts.traits.mode);
    read_memory(snapshot, facts);
    read_command_line(snapshot, facts);
    read_modules(snapshot, facts);
    read_initramfs(snapshot, facts);
    facts.has_luks2 = has_luks2(snapshot);
    return facts;
}

CrashTraits traits_in(const Facts &facts, CrashMode mode) {
    CrashTraits traits = facts.traits;
    traits.mode = mode;
    traits.capture_cpus = mode == CrashMode::fadump ? facts.fadump_cpus : facts.kdump_cpus;
    return traits;
}

} // namespace kexec::kdumpctl
