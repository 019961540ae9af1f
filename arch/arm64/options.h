// SPDX-License-Identifier: GPL-2.0-or-later
// Every option that kexec knows on arm64.
#pragma once

#include "plan/option.h"

namespace kexec {

std::span<const Option> arm64_options();

} // namespace kexec
