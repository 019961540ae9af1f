// SPDX-License-Identifier: GPL-2.0-or-later
// What rows of wrappers share: a parser that finds the inside, as the function that Format::take_off wants.
#pragma once

#include "image/image.h"

namespace kexec {

// What `opened` found, if it found something, as the inside of a wrapper of that name.
Result<std::optional<Unwrapped>> inside_of(std::string_view wrapper, Result<std::optional<Bytes>> opened);

} // namespace kexec
