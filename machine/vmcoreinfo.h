// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel says of itself to readers of dumps
// (Documentation/admin-guide/kdump/vmcoreinfo.rst): a text of lines "NAME=value", which /proc/kcore shows as
// a note since Linux 4.19.
#pragma once

#include "base/elf.h"

#include <optional>
#include <string_view>

namespace kexec {

// The text of the note "VMCOREINFO"; nothing where there is none. A view of `core.file`.
std::optional<std::string_view> vmcoreinfo_of(const Elf &core);

// The value of the line "NUMBER(name)=…": decimal with a sign, or hexadecimal with 0x; negative ones modulo
// 2^64. Nothing where there is no such line, or no number on it.
std::optional<std::uint64_t> vmcoreinfo_number(std::string_view text, std::string_view name);

} // namespace kexec
