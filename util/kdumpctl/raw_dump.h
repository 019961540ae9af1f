// SPDX-License-Identifier: GPL-2.0-or-later
// A dump that lies on a raw target since the last crash: files are made of it, and the target is freed.
#pragma once

#include "capture/outcome.h"
#include "capture/settings.h"
#include "util/kdumpctl/world.h"

namespace kexec::kdumpctl {

// The raw target that a dump lies on; nothing where none does.
std::optional<capture::Target> target_with_dump(const World &world, const capture::Settings &settings);

// Has it below the target's path on the running system, in such a directory as other targets have, and erases
// its start on the device once it is whole on the disk. A dump that is cut short stays where it is, and is an
// error.
Result<capture::Outcome> take_raw_dump(const World &world, const capture::Settings &settings,
                                       const capture::Target &target);

} // namespace kexec::kdumpctl
