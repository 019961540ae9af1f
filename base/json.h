// SPDX-License-Identifier: GPL-2.0-or-later
// Writing JSON.
#pragma once

#include <string>
#include <string_view>

namespace kexec {

// A string of JSON with its quotes. A byte that is not part of a UTF-8 character is written as \\xNN.
std::string json_string(std::string_view text);

} // namespace kexec
