// SPDX-License-Identifier: GPL-2.0-or-later
// A dump to be saved. Apart from fake_machine.h, since what reads machines and what reads dumps has a Source
// each.
#pragma once

#include "base/bytes.h"

namespace kexec::fadump::test {

// An ELF dump with a log of some_lines(lines).
Buffer made_dump(std::size_t lines);

} // namespace kexec::fadump::test
