// SPDX-License-Identifier: GPL-2.0-or-later
// The four machines, and which of them this program runs on. The only file that names them all.
#include "arch/arch.h"

#include "arch/arm64/arm64.h"
#include "arch/ppc64/ppc64.h"
#include "arch/s390x/s390x.h"
#include "arch/x86_64/x86_64.h"

namespace kexec {
namespace {

constexpr const Arch *archs[] = {
#include "arch/built.inc"
};

// What uname -m and kexec-tools call a machine, where it is not our name.
struct OtherName {
    std::string_view name, ours;
};
constexpr OtherName other_names[] = {
    {"aarch64", "arm64"},
    {"aarch64_be", "arm64"},
    {"ppc64le", "ppc64"},
    {"s390", "s390x"},
};

} // namespace

std::vector<Source> all_sources(const Arch &arch) {
    std::vector<Source> sources(common_sources().begin(), common_sources().end());
    sources.insert(sources.end(), arch.sources.begin(), arch.sources.end());
    return sources;
}

std::vector<Source> sources_for(const Arch &arch, const Settings &settings) {
    bool for_crash = settings.purpose == Purpose::crash || settings.hotplug;
    bool chooses = settings.call == Call::automatic || settings.has(OptionId::require_signature);
    std::vector<Source> sources = all_sources(arch);
    std::erase_if(sources, [&](const Source &source) {
        return (source.need == Need::crash_kernel && !for_crash) ||
               (source.need == Need::choice && !chooses) ||
               (source.need == Need::fast && !settings.has(OptionId::fast));
    });
    return sources;
}

std::span<const Arch *const> all_archs() { return archs; }

const Arch *arch_named(std::string_view name) {
    for (const OtherName &other : other_names)
        if (other.name == name)
            name = other.ours;
    for (const Arch *arch : archs)
        if (arch->name == name)
            return arch;
    return nullptr;
}

const Arch &native_arch() {
#if defined(__x86_64__)
    return arch_x86_64;
#elif defined(__aarch64__)
    return arch_arm64;
#elif defined(__powerpc64__)
    return arch_ppc64;
#elif defined(__s390x__)
    return arch_s390x;
#else
#error "kexec runs on x86_64, arm64, ppc64 and s390x"
#endif
}

} // namespace kexec
