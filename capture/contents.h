// SPDX-License-Identifier: GPL-2.0-or-later
// What a capture initramfs has besides its /init.
#pragma once

#include "capture/cpio.h"
#include "capture/initramfs.h"

namespace kexec::capture {

// Adds all of it. `made` gets the names of the modules and the warnings.
Result<void> add_contents(Archive &archive, const Wish &wish, Initramfs &made);

} // namespace kexec::capture
