// SPDX-License-Identifier: GPL-2.0-or-later
// What directives say of each other.
#pragma once

#include "util/kdumpctl/kdump_conf.h"

namespace kexec::kdumpctl {

// Takes a target that stands in dracut_args for the target where there is no other.
void find_contradictions(KdumpConf &conf, Findings &findings);

} // namespace kexec::kdumpctl
