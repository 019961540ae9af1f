// SPDX-License-Identifier: GPL-2.0-or-later
// mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS", tells which are flags and which the kernel never sees.
#include "util/kdump-capture/mount_options.h"

#include <algorithm>
#include <array>
#include <sys/mount.h>

namespace kexec::capture {

namespace {

struct Flag {
    std::string_view name;
    unsigned long flag;
};
constexpr std::array flags{Flag{"nosuid", MS_NOSUID},     Flag{"nodev", MS_NODEV},
                           Flag{"noexec", MS_NOEXEC},     Flag{"sync", MS_SYNCHRONOUS},
                           Flag{"dirsync", MS_DIRSYNC},   Flag{"noatime", MS_NOATIME},
                           Flag{"relatime", MS_RELATIME}, Flag{"nodiratime", MS_NODIRATIME}};

constexpr std::array<std::string_view, 17> not_for_the_kernel{
    "defaults", "rw",     "ro",      "auto", "noauto", "user", "nouser", "users", "owner",
    "group",    "nofail", "_netdev", "suid", "dev",    "exec", "async",  "atime"};

bool is_for_mount_alone(std::string_view option) {
    return option.empty() || option.starts_with("x-") || option.starts_with("X-") ||
           option.starts_with("comment=") ||
           std::ranges::find(not_for_the_kernel, option) != not_for_the_kernel.end();
}

} // namespace

MountOptions mount_options(std::string_view text) {
    MountOptions options;
    while (!text.empty()) {
        std::string_view option = text.substr(0, text.find(','));
        text.remove_prefix(std::min(option.size() + 1, text.size()));
        auto flag = std::ranges::find(flags, option, &Flag::name);
        if (flag != flags.end())
            options.flags |= flag->flag;
        else if (!is_for_mount_alone(option))
            options.data += (options.data.empty() ? "" : ",") + std::string(option);
    }
    return options;
}

} // namespace kexec::capture
