// SPDX-License-Identifier: GPL-2.0-or-later
// The machines that damaged files are loaded on, each with its second opinion.
#pragma once

#include "tests/damage/damage.h"

namespace kexec::testing {

Loader pc_loader();        // x86_64
Loader board_loader();     // arm64
Loader lpar_loader();      // ppc64
Loader mainframe_loader(); // s390x

} // namespace kexec::testing
