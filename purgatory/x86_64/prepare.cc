// SPDX-License-Identifier: GPL-2.0-or-later
// Everything on x86_64 between entry and hand-over: verification with its messages, then the backup copy.
#include "purgatory/report.h"
#include "purgatory/x86_64/terminal.h"

namespace purgatory {

namespace {

void write_character(void *terminal, char character) { static_cast<Terminal *>(terminal)->write(character); }

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
    using namespace purgatory;
    const OwnParameters &parameters = purgatory_parameters;
    Terminal terminal(parameters);
    Messages messages(write_character, &terminal);
    if (!verify_and_report(messages, parameters, find_altered))
        return 1;
    if ((parameters.flags & flag::panic) != 0)
        copy(parameters.backup);
    announce_entry(messages, parameters);
    return 0;
}
