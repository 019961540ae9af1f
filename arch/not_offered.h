// SPDX-License-Identifier: GPL-2.0-or-later
// What an architecture answers whose backend is not there yet.
#pragma once

#include "plan/plan.h"

namespace kexec {

// Cause::unsupported, naming the architecture.
Result<Decision> loading_not_offered(std::string_view arch);

} // namespace kexec
