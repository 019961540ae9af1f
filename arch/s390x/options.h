// SPDX-License-Identifier: GPL-2.0-or-later
// Every option that kexec knows on s390x.
#pragma once

#include "plan/option.h"

namespace kexec {

std::span<const Option> s390x_options();

} // namespace kexec
