// SPDX-License-Identifier: GPL-2.0-or-later
// --load-entry: what an entry of the boot menu names, put in the place of what the user would have named.
#pragma once

#include "kexec/options.h"
#include "kexec/world.h"

namespace kexec {

// Fills in kernel, initial ramdisks, command line and device tree from the entry that `options` name; what
// the user gave besides stands behind the entry's (--append) or instead of it (--initrd, --dtb).
// Cause::missing_file where there is no such entry, Cause::unsupported where it is for another machine.
Result<void> take_boot_entry(const World &world, Options &options);

} // namespace kexec
