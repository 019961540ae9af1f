// SPDX-License-Identifier: GPL-2.0-or-later
// What changes the kernel's state: writes to its files, each looked at afterwards, since the kernel does not
// always tell that a write had no effect.
#pragma once

#include "base/result.h"
#include "util/fadump/facts.h"
#include "util/fadump/world.h"

namespace kexec::fadump {

// The facts of the machine, read now.
Result<Facts> look(const World &world);

// `facts` are of before; what could not work is an error before anything is written.
Result<void> register_dump(const World &world, const Facts &facts);
// What is added to the command line of the boot after a crash. A kernel that does not take that is a warning.
Result<void> set_arguments(const World &world, const Facts &facts, const std::string &words);
Result<void> unregister_dump(const World &world, const Facts &facts);

// Leaves the record that the waiting dump is stored whole in that directory.
Result<void> record_saved(const World &world, const Facts &facts, std::string_view directory);

// Gives the memory of the waiting dump, and that of OPAL, back. Refuses where the dump is not saved, unless
// it may be lost.
Result<void> release(const World &world, const Facts &facts, bool may_be_lost);

} // namespace kexec::fadump
