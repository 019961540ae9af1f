// SPDX-License-Identifier: GPL-2.0-or-later
// The name of the directory for one dump.
#pragma once

#include "capture/settings.h"

namespace kexec::capture {

// `time` is in seconds since 1970. No name has a slash in it, whatever the settings say, or is "." or "..".
std::string directory_name(const Settings &settings, const Target &target, std::uint64_t time);

// What the directory of the `number`th dump of one second is called: the first as it is, the second with "-2"
// behind it. A machine whose clock starts anew with it has many of those.
std::string numbered_name(const std::string &name, unsigned number);

} // namespace kexec::capture
