// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the kernel's own account of kexec; the files are those of
// Documentation/ABI/testing/sysfs-kernel-kexec-kdump and Documentation/admin-guide/sysctl/kernel.rst.
#include "kexec/kernel_state.h"

#include "base/text.h"

namespace kexec {
namespace {

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

KernelState understand_kernel(const Snapshot &snapshot) {
    auto loaded = flag(snapshot, "/sys/kernel/kexec_loaded", "/sys/kernel/kexec/loaded");
    return {
        .loaded = loaded,
        .crash_loaded = flag(snapshot, "/sys/kernel/kexec_crash_loaded", "/sys/kernel/kexec/crash_loaded"),
        .crash_size = number(snapshot, "/sys/kernel/kexec_crash_size", "/sys/kernel/kexec/crash_size"),
        .load_disabled = flag(snapshot, "/proc/sys/kernel/kexec_load_disabled"),
        .reboot_loads_left = number(snapshot, "/proc/sys/kernel/kexec_load_limit_reboot"),
        .panic_loads_left = number(snapshot, "/proc/sys/kernel/kexec_load_limit_panic"),
        .has_sysfs = loaded || snapshot.bytes("/sys/kernel/uevent_seqnum").has_value(),
    };
}

KernelState look_at_kernel(const std::string &root) {
    return understand_kernel(take_snapshot(kexec_state_sources(), root));
}

} // namespace kexec
