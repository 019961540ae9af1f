// SPDX-License-Identifier: GPL-2.0-or-later
// Sentences about what is going on, as opposed to what a verb was asked for: how much they matter, and who
// hears them by KDUMP_STDLOGLVL, KDUMP_SYSLOGLVL and KDUMP_KMSGLOGLVL.
#pragma once

#include "util/kdumpctl/world.h"

namespace kexec::kdumpctl {

// As the configuration has them; the usual ones where it has none, or is wrong.
LogLevels read_log_levels(const World &world);

// Says it where its level is heard. False where standard output could not be written.
bool log(const World &world, Level level, const std::string &text);

} // namespace kexec::kdumpctl
