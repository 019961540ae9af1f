// SPDX-License-Identifier: GPL-2.0-or-later
// Strings of JSON (RFC 8259, section 7), which is all of it that is not simply printed.
#pragma once

#include <string>
#include <string_view>

namespace kexec {

// In its quotes. Bytes that are no UTF-8 become \xNN, which makes one backslash in the text.
std::string json_string(std::string_view text);

} // namespace kexec
