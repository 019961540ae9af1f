// SPDX-License-Identifier: GPL-2.0-or-later
// The facts, understood from the files that tell them (proc(5), and what machine/crash_state.cc reads).
#include "base/text.h"
#include "machine/memory_map.h"
#include "util/kdumpctl/facts.h"
#include "util/kdumpctl/variables.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view sysconfig_path = "/etc/sysconfig/kdump";
constexpr std::string_view release_path = "/proc/sys/kernel/osrelease";
constexpr std::string_view block_directory = "/sys/block";

constexpr std::uint64_t largest_initramfs = 512 << 20;

constexpr std::array own_sources{
    Source{"/proc/cmdline", "crashkernel="},
    Source{"/proc/iomem", "how much memory there is, and how much the kernel takes", 64 << 20},
    Source{sysconfig_path, "how many CPUs a capture kernel gets, and of which version it is"},
};

constexpr std::array more_sources{
    modules_source,
    Source{"/sys/block/dm-*/dm/uuid", "whether an encrypted device is open"},
    Source{"/boot/initramfs-%rkdump.img", "the capture initramfs", largest_initramfs},
    Source{"/var/lib/kdump/initramfs-%rkdump.img", "the same, where /boot is not writable",
           largest_initramfs},
    Source{"/var/lib/kdump/initrd.img-%r", "the same, of Debian", largest_initramfs},
    Source{"/boot/initrd-%r-kdump", "the same, of openSUSE", largest_initramfs},
};

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

void read_traits(const Snapshot &snapshot, std::string_view architecture, std::string_view kernel_log,
                 Facts &facts) {
    auto sysconfig = read_sysconfig(snapshot.text(sysconfig_path).value_or(""));
    facts.kdump_cpus = cpus_in(sysconfig, "KDUMP_COMMANDLINE_APPEND", facts.kdump_cpus);
    facts.fadump_cpus = cpus_in(sysconfig, "FADUMP_COMMANDLINE_APPEND", facts.fadump_cpus);
    facts.release = capture_release(snapshot, sysconfig);
    facts.traits = read_crash_traits(snapshot, architecture, facts.release);
    facts.traits.encrypts_memory = encrypts_memory(kernel_log);
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
    facts.command_line = trimmed(snapshot.text("/proc/cmdline").value_or(""));
    for (std::string_view word : words_of(facts.command_line))
        if (word.starts_with(option))
            facts.parameters.emplace_back(word.substr(option.size()));
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

} // namespace

std::span<const Source> sources() {
    static const std::vector<Source> all = [] {
        std::vector<Source> joined(own_sources.begin(), own_sources.end());
        joined.insert(joined.end(), crash_state_sources().begin(), crash_state_sources().end());
        return joined;
    }();
    return all;
}
std::span<const Source> estimate_sources() { return more_sources; }

Result<Facts> understand(const Snapshot &snapshot, std::string_view architecture,
                         std::string_view kernel_log) {
    CrashState state = TRY(read_crash_state(snapshot));
    Facts facts;
    read_traits(snapshot, architecture, kernel_log, facts);
    facts.traits = traits_in(facts, state.mode);
    facts.armed = state.armed;
    facts.reserved = state.reserved;
    facts.load_disabled = state.load_disabled;
    read_memory(snapshot, facts);
    read_command_line(snapshot, facts);
    facts.modules = loaded_modules(snapshot);
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
