// SPDX-License-Identifier: GPL-2.0-or-later
// The first process of an initramfs: what has to be there before anything can be stored, and, for
// firmware-assisted dump, whether this boot is one that stores at all.
#pragma once

#include "util/kdump-capture/world.h"

namespace kexec::capture {

// Whether this initramfs has another's /init, for the boots that no dump waits in.
bool has_original_init(const World &world);
// Whether firmware says that it holds a dump. Leaves the file systems as they were.
bool is_dump_boot(const World &world);

// What a kernel's command line sets for a module, which has the parameters without its name in front.
std::string parameters_of(std::string_view module, std::string_view command_line);

// Mounts /proc, /sys and /dev, and loads the modules. What fails is told.
void prepare(const World &world);
// Unmounts them again, for an original /init that mounts its own.
void leave_as_found(const World &world);

// Gives the memory of a firmware-assisted dump back; an error where the kernel has none.
Result<void> release_dump(const World &world);

} // namespace kexec::capture
