// SPDX-License-Identifier: GPL-2.0-or-later
// The variables of /etc/sysconfig/kdump, and of Debian's /etc/default/kdump-tools.
#pragma once

#include "util/kdumpctl/values.h"

#include <optional>

namespace kexec::kdumpctl {

struct Variable {
    std::string_view name; // one that ends in '*' stands for all that start so
    Check check;           // empty values are not checked: they stand for the default
};
std::span<const Variable> sysconfig_variables();
std::span<const Variable> debian_variables();

struct ReadVariables {
    std::vector<std::pair<std::string, std::string>> values; // in the order of the file
    Findings findings;

    // Nothing where it is not set.
    std::optional<std::string_view> value_of(std::string_view name) const;
};

ReadVariables read_sysconfig(std::string_view text);
ReadVariables read_debian_defaults(std::string_view text);

} // namespace kexec::kdumpctl
