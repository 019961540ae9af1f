// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the kernel's own account of kexec; the files are those of
// Documentation/ABI/testing/sysfs-kernel-kexec-kdump and Documentation/admin-guide/sysctl/kernel.rst.
#include "kexec/kernel_state.h"

#include "base/text.h"

namespace kexec {
namespace {

constexpr std::uint64_t one_word = 4096;

constexpr Source sources[] = {
    {"/sys/kernel/kexec_loaded", "is a kernel loaded", one_word},
    {"/sys/kernel/kexec/loaded", "the same, since Linux 6.19", one_word},
    {"/sys/kernel/kexec_crash_loaded", "is a crash kernel loaded", one_word},
    {"/sys/kernel/kexec/crash_loaded", "the same, since Linux 6.19", one_word},
    {"/sys/kernel/kexec_crash_size", "the size of the memory reserved for a crash kernel", one_word},
    {"/sys/kernel/kexec/crash_size", "the same, since Linux 6.19", one_word},
    {"/proc/sys/kernel/kexec_load_disabled", "is loading turned off until the next boot", one_word},
    {"/proc/sys/kernel/kexec_load_limit_reboot", "how many kernels may still be loaded", one_word},
    {"/proc/sys/kernel/kexec_load_limit_panic", "how many crash kernels may still be loaded", one_word},
    {"/sys/kernel/uevent_seqnum", "is there anything to be seen below /sys/kernel", one_word},
};

std::optional<std::uint64_t> number(const Snapshot &snapshot, std::string_view path,
                                    std::string_view newer_path = {}) {
    auto word = snapshot.word(path);
    if (!word && !newer_path.empty())
        word = snapshot.word(newer_path);
    return word ? parse_decimal(*word) : std::nullopt;
}

std::optional<unsigned> flag(const Snapshot &snapshot, std::string_view path,
                             std::string_view newer_path = {}) {
    auto value = number(snapshot, path, newer_path);
    if (!value)
        return std::nullopt;
    return *value != 0 ? 1U : 0U;
}

} // namespace

std::span<const Source> kernel_state_sources() { return sources; }

KernelState look_at_kernel(const std::string &root) {
    Snapshot snapshot = take_snapshot(sources, root);
    return {
        .loaded = flag(snapshot, "/sys/kernel/kexec_loaded", "/sys/kernel/kexec/loaded"),
        .crash_loaded = flag(snapshot, "/sys/kernel/kexec_crash_loaded", "/sys/kernel/kexec/crash_loaded"),
        .crash_size = number(snapshot, "/sys/kernel/kexec_crash_size", "/sys/kernel/kexec/crash_size"),
        .load_disabled = flag(snapshot, "/proc/sys/kernel/kexec_load_disabled"),
        .reboot_loads_left = number(snapshot, "/proc/sys/kernel/kexec_load_limit_reboot"),
        .panic_loads_left = number(snapshot, "/proc/sys/kernel/kexec_load_limit_panic"),
        .has_sysfs = snapshot.bytes("/sys/kernel/uevent_seqnum").has_value(),
    };
}

} // namespace kexec
