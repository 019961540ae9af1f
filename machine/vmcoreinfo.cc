// SPDX-License-Identifier: GPL-2.0-or-later
// The lines are written by kernel/vmcore_info.c and by each architecture's arch_crash_save_vmcoreinfo.
#include "machine/vmcoreinfo.h"

#include "base/text.h"

#include <fmt/core.h>

namespace kexec {
namespace {

std::optional<std::string_view> value_of_line(std::string_view text, std::string_view start) {
    for (std::string_view line : lines_of(text))
        if (line.starts_with(start))
            return line.substr(start.size());
    return std::nullopt;
}

} // namespace

std::optional<std::string_view> vmcoreinfo_of(const Elf &core) {
    for (const ElfNote &note : notes_of(core))
        if (note.name == "VMCOREINFO")
            return text_until_nul(note.description);
    return std::nullopt;
}

std::optional<std::uint64_t> vmcoreinfo_number(std::string_view text, std::string_view name) {
    auto value = value_of_line(text, fmt::format("NUMBER({})=", name));
    if (!value || value->empty())
        return std::nullopt;
    return value->starts_with('0') && !value->starts_with("0x") ? parse_decimal(*value)
                                                                : parse_c_number(*value);
}

} // namespace kexec
