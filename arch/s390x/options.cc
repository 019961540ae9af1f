// SPDX-License-Identifier: GPL-2.0-or-later
// The option table of s390x, where repeated pieces of the command line are joined. --ramdisk is ours:
// kexec-tools does not know it here.
#include "arch/s390x/options.h"

#include "arch/options.h"

namespace kexec {
namespace {

constexpr std::array<Option, 4> joined_boot_options() {
    std::array<Option, 4> options = boot_options(OptionScope::loader);
    for (Option &option : options)
        option.joins = option.id == OptionId::command_line;
    return options;
}

constexpr Option our_ramdisk_option() {
    Option option = ramdisk_option(OptionScope::loader);
    option.origin = OptionOrigin::ours;
    return option;
}

constexpr Option no_fast_option() {
    Option option = fast_option;
    option.reach = OptionReach::refused;
    return with_note(option,
                     "--fast is not offered on this architecture: its kernels have no entry behind their "
                     "decompressor");
}

constexpr auto table =
    join_options(general_options, std::array{reuse_initrd_option(OptionReach::refused, no_reuse_initrd)},
                 joined_boot_options(), std::array{our_ramdisk_option(), no_fast_option()});

} // namespace

std::span<const Option> s390x_options() { return table; }

} // namespace kexec
