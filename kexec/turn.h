// SPDX-License-Identifier: GPL-2.0-or-later
// Loads and unloads one at a time, each with its record: the kernel lets only one in, but the record is
// written when the call is over, and of two loads that of the kernel's last must stay.
#pragma once

#include "base/file.h"
#include "kexec/world.h"

namespace kexec {

// A lock on the directory of the records, until it is closed: who ends holds none. Where another process has
// it that is told and waited for, as long as for a busy kernel (kexec/patience.h): one that is stopped keeps
// nobody from loading. Not open where there is no such directory and none can be made.
Descriptor take_turn(World &world);

} // namespace kexec
