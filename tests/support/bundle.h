// SPDX-License-Identifier: GPL-2.0-or-later
// Recorded machines as the tests keep them: a Snapshot in one text file that a person can read, review and
// edit.
//
//   === /proc/iomem                     then the file's text, up to the next such line
//   === /sys/kernel/x error 13          the file was there and could not be read; the errno
//   === /sys/kernel/y hex 4096          4096 bytes, as lines "OFFSET: DIGITS"; what no line gives is 0
#pragma once

#include "machine/snapshot.h"

#include <string>

namespace kexec::testing {

Result<Snapshot> read_bundle(std::string_view text);
std::string write_bundle(const Snapshot &snapshot);

// tests/machines/NAME.machine; a damaged or missing file ends the test.
Snapshot recorded_machine(const std::string &name);

} // namespace kexec::testing
