// SPDX-License-Identifier: GPL-2.0-or-later
// What kdump.conf names and this machine lacks. Nothing is run to find that out.
#pragma once

#include "util/kdumpctl/service.h"

namespace kexec::kdumpctl {

// Programs that are not there, or not executable; of each directive that names some.
Findings missing_programs(const World &world, const KdumpConf &conf);

// The target's device, and the directory for dumps. Nothing is said of the default directory, of Debian's,
// which its tools make, and of one on a target that is not mounted.
Findings missing_places(const World &world, const Service &service);

// Both as one error that lists them, where there are any.
Result<void> check_named(const World &world, const Service &service);

} // namespace kexec::kdumpctl
