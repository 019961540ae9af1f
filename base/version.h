// SPDX-License-Identifier: GPL-2.0-or-later
// The order of version strings, "6.1.0-9" before "6.1.0-10", as UAPI.10, the Version Format Specification,
// defines it.
#pragma once

#include <compare>
#include <string_view>

namespace kexec {

// Of any two strings, less for the older; "1+" and "1" are equal, though not the same text.
std::weak_ordering compare_versions(std::string_view first, std::string_view second);

} // namespace kexec
