// SPDX-License-Identifier: GPL-2.0-or-later
// /chosen of the next kernel's device tree: what every machine that has one is told the same way (chosen.yaml
// of dt-schema; drivers/of/kexec.c does it for kexec_file_load).
#pragma once

#include "base/devicetree.h"
#include "plan/request.h"

namespace kexec {

// Takes out what described the last boot and is not true for the next: its initrd, core header and
// measurement list with their reservations, what was handed over to it.
Result<void> forget_last_boot(DeviceTree &tree);

// Neither this nor a core header that the tree tells of goes into /memreserve/: the kernel reserves both by
// itself, and complains of a core header that is reserved already.
Result<void> tell_initrd(DeviceTree &tree, Range initrd);

// A seed that another kernel has used is no secret any more. Without new entropy there is none at all: better
// no randomness than a known one.
Result<void> tell_seeds(DeviceTree &tree, const Entropy &entropy, std::vector<std::string> &notes);

} // namespace kexec
