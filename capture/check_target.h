// SPDX-License-Identifier: GPL-2.0-or-later
// A target that is a block device, looked at before a crash makes it too late.
#pragma once

#include "base/bytes.h"
#include "capture/settings.h"

namespace kexec::capture {

// Whether the running system has the device, and whether that has what the target's type says: a file system
// of that type, or, for a raw one, nothing. Cause::missing_file where it has not. Nothing is said of targets
// that are no devices, and of devices whose start cannot be read.
Result<void> check_target(const std::string &root, const Target &target);

// That a dump on this device would destroy what is there; `start` is what it begins with.
Result<void> check_raw(const std::string &path, Bytes start);

} // namespace kexec::capture
