// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the facts: proc(5), Documentation/admin-guide/sysctl/kernel.rst, Documentation/ABI/testing/
// sysfs-class-watchdog, sysfs-kernel-kexec-kdump, and selinux(8)'s file system.
#include "extras/doctor_facts.h"

#include "base/text.h"
#include "machine/auxiliary.h"
#include "machine/configuration.h"

#include <array>
#include <charconv>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::string_view settings_directory = "/proc/sys/kernel";
constexpr std::array settings = {"panic",
                                 "panic_on_oops",
                                 "sysrq",
                                 "kexec_load_disabled",
                                 "kexec_load_limit_reboot",
                                 "kexec_load_limit_panic"};
constexpr std::string_view release_path = "/proc/sys/kernel/osrelease";
constexpr std::string_view console_path = "/sys/class/tty/console/active";
constexpr std::string_view watchdog_directory = "/sys/class/watchdog";
constexpr std::string_view enforce_path = "/sys/fs/selinux/enforce";
constexpr std::string_view memory_path = "/proc/meminfo";
constexpr std::string_view sysfs_path = "/sys/kernel/uevent_seqnum";
constexpr std::string_view efi_path = "/sys/firmware/efi/fw_platform_size";
constexpr std::string_view cma_path = "/sys/kernel/kexec/crash_cma_ranges";
constexpr std::string_view cma_older = "/sys/kernel/kexec_crash_cma_ranges";
constexpr std::string_view secure_tree_path = "/proc/device-tree/ibm,secure-boot";

constexpr std::array own_sources = {
    Source{"/proc/sys/kernel/panic", "how long a kernel that died waits before it starts again", 4096},
    Source{"/proc/sys/kernel/panic_on_oops", "whether an oops is a crash", 4096},
    Source{"/proc/sys/kernel/sysrq", "whether the keyboard can crash the machine", 4096},
    Source{"/proc/sys/kernel/kexec_load_limit_reboot", "how many kernels may still be loaded", 4096},
    Source{"/proc/sys/kernel/kexec_load_limit_panic", "how many crash kernels may still be loaded", 4096},
    Source{sysfs_path, "whether /sys can be seen at all", 4096},
    Source{efi_path, "whether there is EFI", 4096},
    Source{cma_path, "memory that a crash kernel may borrow", 4096},
    Source{cma_older, "the same by its first name", 4096, Extent::whole, cma_path},
    Source{console_path, "what this kernel prints to", 4096},
    Source{"/sys/class/watchdog/watchdog*/identity", "what a watchdog is", 4096},
    Source{"/sys/class/watchdog/watchdog*/state", "whether it runs", 4096},
    Source{"/sys/class/watchdog/watchdog*/timeout", "when it resets the machine", 4096},
    Source{"/sys/class/watchdog/watchdog*/device/uevent", "which driver it has", 4096},
    Source{enforce_path, "whether SELinux enforces its policy", 4096},
    Source{memory_path, "how much memory the kernel itself takes"},
    Source{"/run/kexec/reboot", "what is loaded for the next reboot"},
    Source{"/run/kexec/crash", "which crash kernel is loaded"},
    Source{"/proc/sys/kernel/random/boot_id", "whether that is of this boot", 4096},
    modules_source,
};

std::optional<std::int64_t> signed_number(std::string_view word) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    bool whole = error == std::errc() && end == word.data() + word.size();
    return whole ? std::optional(number) : std::nullopt;
}

void read_settings(const Snapshot &snapshot, DoctorFacts &facts) {
    for (std::string_view name : settings)
        if (auto number =
                signed_number(snapshot.word(fmt::format("{}/{}", settings_directory, name)).value_or("")))
            facts.settings.emplace(name, *number);
}

// Of the files by their newer and their older name, 0 or 1.
std::optional<bool> flag(const Snapshot &snapshot, std::string_view newer, std::string_view older) {
    auto word = snapshot.word(newer);
    if (!word)
        word = snapshot.word(older);
    auto number = word ? parse_decimal(*word) : std::nullopt;
    return number ? std::optional(*number != 0) : std::nullopt;
}

// "DRIVER=iTCO_wdt" among the lines of a device.
std::string driver_in(std::string_view uevent) {
    constexpr std::string_view name = "DRIVER=";
    for (std::string_view line : lines_of(uevent))
        if (line.starts_with(name))
            return std::string(line.substr(name.size()));
    return {};
}

std::vector<Watchdog> read_watchdogs(const Snapshot &snapshot) {
    std::vector<Watchdog> watchdogs;
    for (const std::string &name : snapshot.names_in(watchdog_directory)) {
        std::string directory = fmt::format("{}/{}/", watchdog_directory, name);
        watchdogs.push_back({.name = name,
                             .identity = std::string(snapshot.word(directory + "identity").value_or("")),
                             .driver = driver_in(snapshot.text(directory + "device/uevent").value_or("")),
                             .is_active = snapshot.word(directory + "state") == "active",
                             .seconds = parse_decimal(snapshot.word(directory + "timeout").value_or(""))});
    }
    return watchdogs;
}

// "MemFree:  123 kB"
std::uint64_t memory_line(std::string_view text, std::string_view name) {
    for (std::string_view line : lines_of(text)) {
        auto words = words_of(line);
        if (words.size() >= 2 && words[0] == name)
            return parse_decimal(words[1]).value_or(0) << 10;
    }
    return 0;
}

// makedumpfile -d 31 leaves out what is free, what can be read again from a disk, and what belongs to
// processes.
std::optional<std::uint64_t> kernel_memory(std::string_view text) {
    std::uint64_t all = memory_line(text, "MemTotal:"), left_out = 0;
    for (std::string_view name : {"MemFree:", "Buffers:", "Cached:", "AnonPages:"})
        left_out += memory_line(text, name);
    if (all == 0)
        return std::nullopt;
    return all > left_out ? all - left_out : 0;
}

// A line for each range: its first and its last byte.
std::uint64_t lent_memory(const Snapshot &snapshot) {
    std::uint64_t size = 0;
    for (std::string_view line :
         lines_of(snapshot.text(cma_path).value_or(snapshot.text(cma_older).value_or("")))) {
        std::size_t dash = line.find('-');
        auto first = parse_hexadecimal(line.substr(0, dash));
        auto last = dash == npos ? std::nullopt : parse_hexadecimal(trimmed(line.substr(dash + 1)));
        auto range = first && last ? Range::between(*first, *last) : std::nullopt;
        size += range ? range->size() : 0;
    }
    return size;
}

// PAPR: 2 and more enforce it, 1 only reports.
std::optional<bool> secure_boot_of_tree(const Snapshot &snapshot) {
    auto value = snapshot.bytes(secure_tree_path);
    auto level = value ? read_at<be32>(*value, 0, "ibm,secure-boot") : Result<be32>(be32{});
    return value && level ? std::optional(*level >= 2) : std::nullopt;
}

std::string uname_of(std::string_view arch) {
    return arch == "arm64" ? "aarch64" : arch == "ppc64" ? "ppc64le" : std::string(arch);
}

bool has_word(std::string_view line, std::string_view wanted) {
    for (std::string_view word : words_of(line))
        if (word == wanted)
            return true;
    return false;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::vector<std::string> words_in(std::string_view text) {
    auto words = words_of(text);
    return {words.begin(), words.end()};
}

void read_machine(DoctorFacts &facts, const Snapshot &snapshot, Result<Machine> machine) {
    if (machine)
        facts.machine = *std::move(machine);
    else
        facts.machine_missing = machine.error().what;
    facts.release = snapshot.word(release_path).value_or("");
    facts.command_line = first_line(snapshot.text("/proc/cmdline").value_or(""));
    facts.has_sysfs = snapshot.is_there(sysfs_path) || snapshot.is_there("/sys/kernel/kexec_loaded");
    facts.loaded = flag(snapshot, "/sys/kernel/kexec/loaded", "/sys/kernel/kexec_loaded");
    facts.crash_loaded = flag(snapshot, "/sys/kernel/kexec/crash_loaded", "/sys/kernel/kexec_crash_loaded");
    if (facts.has_sysfs)
        facts.has_efi = snapshot.is_there(efi_path) || snapshot.is_there("/sys/firmware/efi/runtime");
    facts.policy = read_policy(snapshot);
    if (!facts.policy.secure_boot)
        facts.policy.secure_boot = secure_boot_of_tree(snapshot);
    auto page = page_size_of(snapshot);
    bool is_told = auxiliary_value(snapshot, 6).has_value();
    facts.page = is_told ? page.bytes : facts.page;
}

} // namespace

std::span<const Source> doctor_sources() {
    static const std::vector<Source> all = [] {
        std::vector<Source> joined(own_sources.begin(), own_sources.end());
        for (auto more : {crash_state_sources(), dump_target_sources()})
            joined.insert(joined.end(), more.begin(), more.end());
        return joined;
    }();
    return all;
}

DoctorFacts doctor_facts(const Snapshot &snapshot, Purpose purpose, std::string_view arch,
                         Result<Machine> machine) {
    DoctorFacts facts;
    facts.purpose = purpose;
    facts.arch = arch;
    read_machine(facts, snapshot, std::move(machine));
    facts.crash = read_crash_state(snapshot).value_or(CrashState());
    facts.traits = read_crash_traits(snapshot, uname_of(arch), facts.release);
    facts.traits.mode = facts.crash.mode;
    facts.traits.encrypts_memory = has_word(facts.command_line, "mem_encrypt=on");
    facts.configuration = running_configuration(snapshot);
    read_settings(snapshot, facts);
    facts.consoles = words_in(snapshot.text(console_path).value_or(""));
    facts.watchdogs = read_watchdogs(snapshot);
    facts.selinux_enforces = flag(snapshot, enforce_path, enforce_path);
    facts.modules = loaded_modules(snapshot);
    facts.kept_by_filter = kernel_memory(snapshot.text(memory_path).value_or(""));
    facts.cma = lent_memory(snapshot);
    return facts;
}

} // namespace kexec
