// SPDX-License-Identifier: GPL-2.0-or-later
// The option table of ppc64.
#include "arch/ppc64/options.h"

#include "arch/options.h"

namespace kexec {
namespace {

constexpr OptionScope scope = OptionScope::loader;

constexpr std::array own_options = {
    reuse_initrd_option(OptionReach::segments, ""),
    Option{OptionId::elf64_core_headers, "elf64-core-headers", 0, "", OptionScope::architecture,
           OptionReach::nothing, "accepted; core headers are ELF64"},
    Option{OptionId::dt_no_old_root, "dt-no-old-root", 0, "", OptionScope::architecture, OptionReach::any,
           "do not hand the running kernel's root= on"},
    Option{OptionId::dtb, "devicetreeblob", 0, "FILE", scope, OptionReach::segments,
           "hand over this device tree instead of the running kernel's"},
    Option{OptionId::dtb, "dtb", 0, "FILE", scope, OptionReach::segments, "the same as --devicetreeblob"},
    Option{OptionId::args_linux, "args-linux", 0, "", scope, OptionReach::nothing,
           "accepted; it is the only way"},
};

constexpr auto table = join_options(general_options, own_options, boot_options(scope),
                                    std::array{ramdisk_option(scope), fast_option}, tree_options(scope));

} // namespace

std::span<const Option> ppc64_options() { return table; }

} // namespace kexec
