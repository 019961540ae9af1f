// SPDX-License-Identifier: GPL-2.0-or-later
// Documentation/ABI/testing/sysfs-kernel-fadump, sysfs-kernel-kexec-kdump, and proc(5). Linux 5.6 gave
// fadump's files a folder, 6.19 kexec's; older names are looked at where the newer ones are not there.
#include "machine/crash_state.h"

#include "base/text.h"
#include "machine/auxiliary.h"
#include "machine/fadump_files.h"

#include <algorithm>
#include <array>
#include <elf.h>

namespace kexec {

namespace {

constexpr std::string_view loaded_path = "/sys/kernel/kexec/crash_loaded";
constexpr std::string_view loaded_older = "/sys/kernel/kexec_crash_loaded";
constexpr std::string_view size_path = "/sys/kernel/kexec/crash_size";
constexpr std::string_view size_older = "/sys/kernel/kexec_crash_size";
constexpr std::string_view disabled_path = "/proc/sys/kernel/kexec_load_disabled";
constexpr std::string_view release_path = "/proc/sys/kernel/osrelease";
constexpr std::string_view mlx5_path = "/sys/bus/pci/drivers/mlx5_core/uevent";
constexpr std::string_view platform_directory = "/sys/devices/platform";

constexpr std::array sources{
    Source{release_path, "which kernel this is"},
    Source{"/proc/self/auxv", "the size of its pages"},
    Source{disabled_path, "whether loading is switched off until the next boot"},
    Source{loaded_path, "whether a crash kernel is loaded"},
    Source{loaded_older, "the same, of kernels before 6.19", 1 << 20, Extent::whole, loaded_path},
    Source{size_path, "how much memory is reserved for it"},
    Source{size_older, "the same, of kernels before 6.19", 1 << 20, Extent::whole, size_path},
    Source{fadump_enabled, "whether the firmware keeps the memory of a crashed kernel"},
    Source{fadump_enabled_older, "the same, of kernels before 5.6", 1 << 20, Extent::whole, fadump_enabled},
    Source{fadump_registered, "whether it will in the next crash"},
    Source{fadump_registered_older, "the same, of kernels before 5.6", 1 << 20, Extent::whole,
           fadump_registered},
    Source{fadump_reserved, "how much memory is reserved for that"},
    Source{mlx5_path, "whether there are network cards with much memory"},
    Source{"/sys/devices/platform/arm-smmu-*/uevent", "whether there is an SMMU"},
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

bool has_smmu(const Snapshot &snapshot) {
    auto names = snapshot.names_in(platform_directory);
    return std::ranges::any_of(names, [](const std::string &name) { return name.starts_with("arm-smmu-"); });
}

bool has_large_pages(const Snapshot &snapshot, std::string_view release) {
    constexpr std::uint64_t large_page = 64 << 10;
    bool is_running = release == snapshot.word(release_path).value_or("");
    return release.find("64k") != npos ||
           (is_running && auxiliary_value(snapshot, AT_PAGESZ).value_or(0) == large_page);
}

} // namespace

std::span<const Source> crash_state_sources() { return sources; }

Result<CrashState> read_crash_state(const Snapshot &snapshot) {
    CrashState state;
    bool fadump = TRY(switch_in(snapshot, fadump_enabled, fadump_enabled_older)).value_or(false);
    state.mode = fadump ? CrashMode::fadump : CrashMode::kdump;
    state.armed = fadump ? TRY(switch_in(snapshot, fadump_registered, fadump_registered_older))
                         : TRY(switch_in(snapshot, loaded_path, loaded_older));
    state.reserved =
        fadump ? TRY(decimal_in(snapshot, fadump_reserved)) : TRY(number_in(snapshot, size_path, size_older));
    state.load_disabled = TRY(decimal_in(snapshot, disabled_path)).value_or(0) != 0;
    return state;
}

CrashTraits read_crash_traits(const Snapshot &snapshot, std::string_view architecture,
                              std::string_view release) {
    CrashTraits traits;
    traits.architecture = architecture;
    traits.large_pages = has_large_pages(snapshot, release);
    traits.has_mlx5 = snapshot.is_there(mlx5_path);
    traits.has_smmu = has_smmu(snapshot);
    return traits;
}

// "NAME SIZE USERS ..."
std::vector<Module> loaded_modules(const Snapshot &snapshot) {
    std::vector<Module> modules;
    for (std::string_view line : lines_of(snapshot.text(modules_source.path).value_or(""))) {
        auto words = words_of(line);
        auto size = words.size() < 2 ? std::nullopt : parse_decimal(words[1]);
        if (size && *size <= UINT32_MAX)
            modules.push_back({std::string(words[0]), *size});
    }
    return modules;
}

} // namespace kexec
