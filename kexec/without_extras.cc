// SPDX-License-Identifier: GPL-2.0-or-later
// A program that only loads (-Dextras=false).
#include "kexec/extras.h"

#include <algorithm>
#include <iterator>

namespace kexec {
namespace {

Failure not_built_in() {
    return fail(Cause::unsupported,
                "this program was built without plans, recordings and doctor (-Dextras=false)",
                "use one that has them: kexec -h tells");
}

} // namespace

bool has_extras() { return false; }

bool is_built_in(OptionId option) {
    constexpr OptionId extras[] = {OptionId::plan, OptionId::record, OptionId::doctor,
                                   OptionId::root, OptionId::arch,   OptionId::test_vm};
    return std::ranges::find(extras, option) == std::end(extras);
}

const Arch &arch_of_line(const Arch &own, std::span<const char *const>, Order) { return own; }

Result<const Arch *> machine_named(const World &, const Options &options) {
    if (options.settings.has(OptionId::root) || options.settings.has(OptionId::arch))
        return not_built_in();
    return nullptr;
}

Result<int> show_plan(const World &, Options) { return not_built_in(); }

Result<int> examine_machine(const World &, const Options &) { return not_built_in(); }

Result<int> test_in_vm(const World &, Options) { return not_built_in(); }

Result<int> record_machine(const World &, const Options &) { return not_built_in(); }

} // namespace kexec
