// SPDX-License-Identifier: GPL-2.0-or-later
// The VMCOREINFO note among the notes of a core, of which there are as many as CPUs and more: read one by
// one.
#pragma once

#include "dump/foreign.h"
#include "dump/source.h"

#include <optional>
#include <string>

namespace kexec {

// The text of the note in a PT_NOTE segment; nothing where it is not there. A damaged note ends the segment.
std::optional<std::string> vmcoreinfo_in_notes(DumpSource &source, DumpExtent segment,
                                               const Foreign &foreign);

// The same looked for by its name in the first 8 MiB from `offset` on, where headers do not lead to it.
std::optional<std::string> vmcoreinfo_near(DumpSource &source, std::uint64_t offset, const Foreign &foreign);

} // namespace kexec
