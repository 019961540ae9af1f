// SPDX-License-Identifier: GPL-2.0-or-later
// The option table of arm64. kexec-tools counts all of this machine's options as the architecture's own, so
// all of them may stand on any line.
#include "arch/arm64/options.h"

#include "arch/options.h"

namespace kexec {
namespace {

constexpr OptionScope scope = OptionScope::architecture;

constexpr std::array own_options = {
    reuse_initrd_option(OptionReach::nothing, "the initial ramdisk of the first boot is no longer in memory"),
    Option{OptionId::dtb, "dtb", 0, "FILE", scope, OptionReach::segments,
           "hand over this device tree instead of the running kernel's"},
    Option{OptionId::serial, "serial", 0, "TTY", scope, OptionReach::segments,
           "print on this serial port (ttyAMA0, …) until the new kernel starts"},
    ours(Option{OptionId::caches_off, "caches-off", 0, "", scope, OptionReach::segments,
                "verify the new kernel with the caches off, as kexec-tools does; slow"}),
};

constexpr auto table =
    join_options(general_options, own_options, boot_options(scope), std::array{ramdisk_option(scope)},
                 tree_options(scope), std::array{profile_option, fast_option});

} // namespace

std::span<const Option> arm64_options() { return table; }

} // namespace kexec
