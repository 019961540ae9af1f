// SPDX-License-Identifier: GPL-2.0-or-later
// Everything on x86_64 between entry and hand-over: verification with its messages, then the backup copy.
#include "purgatory/prepare.h"

#include "purgatory/x86_64/terminal.h"

namespace purgatory {

namespace {

size_t find_altered(const OwnParameters &parameters, uint8_t (&found)[32]) {
    return find_altered_region(parameters, found);
}

// The source is the bottom of memory, which no C++ pointer may name: the copy is one instruction.
void copy(const Backup<uint64_t> &backup) {
    uint64_t from = backup.source, to = backup.destination, size = backup.size;
    asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(size) : : "memory");
}

} // namespace

} // namespace purgatory

// Called by entry.S: 0 when the new kernel is to be entered, else the machine is to stop.
extern "C" int purgatory_prepare() {
    return purgatory::prepare<purgatory::Terminal>(purgatory::find_altered, purgatory::copy);
}
