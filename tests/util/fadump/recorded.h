// SPDX-License-Identifier: GPL-2.0-or-later
// Machines with firmware-assisted dump, in the form of tests/support/bundle.h. Those of pseries are what QEMU
// has; the others are written after the kernel's documents and sources.
#pragma once

#include "machine/snapshot.h"

namespace kexec::fadump::test {

// NAME.machine of this folder.
Snapshot recorded(const std::string &name);

} // namespace kexec::fadump::test
