// SPDX-License-Identifier: GPL-2.0-or-later
// Which options the beginning of a long name may mean.
#include "kexec/abbreviation.h"

#include <algorithm>

namespace kexec {
namespace {

std::vector<const Option *> fitting(std::string_view typed, std::span<const Option> table,
                                    OptionOrigin origin) {
    std::vector<const Option *> found;
    for (const Option &option : table) {
        auto means_the_same = [&](const Option *other) {
            return other->id == option.id && other->argument.empty() == option.argument.empty();
        };
        if (option.origin == origin && option.name.starts_with(typed) &&
            std::none_of(found.begin(), found.end(), means_the_same))
            found.push_back(&option);
    }
    return found;
}

} // namespace

std::vector<const Option *> expand_abbreviation(std::string_view typed, std::span<const Option> table) {
    for (const Option &option : table)
        if (option.name == typed)
            return {&option};
    for (OptionOrigin origin : {OptionOrigin::released, OptionOrigin::later, OptionOrigin::ours})
        if (auto found = fitting(typed, table, origin); !found.empty())
            return found;
    return {};
}

} // namespace kexec
