// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the lines of a VMCOREINFO note.
#include "dump/vmcoreinfo.h"

#include "base/text.h"

#include <fmt/core.h>

namespace kexec {

Vmcoreinfo::Vmcoreinfo(std::string_view text) {
    for (std::string_view line : lines_of(text.substr(0, text.find('\0')))) {
        std::size_t sign = line.find('=');
        if (sign != std::string_view::npos && sign > 0)
            values_.insert_or_assign(std::string(line.substr(0, sign)), std::string(line.substr(sign + 1)));
    }
}

std::optional<std::string> Vmcoreinfo::text(std::string_view key) const {
    auto found = values_.find(key);
    if (found == values_.end())
        return std::nullopt;
    return found->second;
}

std::optional<std::uint64_t> Vmcoreinfo::hexadecimal(std::string_view key) const {
    auto value = text(key);
    return value ? parse_hexadecimal(*value) : std::nullopt;
}

std::optional<std::uint64_t> Vmcoreinfo::symbol(std::string_view name) const {
    auto address = hexadecimal(fmt::format("SYMBOL({})", name));
    return address == 0 ? std::nullopt : address;
}

std::optional<std::uint64_t> Vmcoreinfo::size(std::string_view structure) const {
    auto value = text(fmt::format("SIZE({})", structure));
    return value ? parse_decimal(*value) : std::nullopt;
}

std::optional<std::uint64_t> Vmcoreinfo::offset(std::string_view member) const {
    auto value = text(fmt::format("OFFSET({})", member));
    return value ? parse_decimal(*value) : std::nullopt;
}

std::optional<std::uint64_t> Vmcoreinfo::number(std::string_view name) const {
    auto value = text(fmt::format("NUMBER({})", name));
    return value && !value->empty() ? parse_c_number(*value) : std::nullopt;
}

} // namespace kexec
