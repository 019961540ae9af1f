// SPDX-License-Identifier: GPL-2.0-or-later
// Everything on x86_64 between entry and hand-over: verification with its messages, then the backup copy.
#include "purgatory/verify.h"
#include "purgatory/x86_64/messages.h"

namespace purgatory {

namespace {

void report(Messages &messages, size_t index, const Region<uint64_t> &region, const uint8_t (&found)[32]) {
    messages.write("purgatory: region ");
    messages.write_decimal(index);
    messages.write(" (");
    messages.write_address(region.start);
    messages.write("-");
    messages.write_address(region.start + (region.size - 1));
    messages.write(") differs: the new kernel is not entered\npurgatory: loaded ");
    messages.write_digest(region.digest);
    messages.write("\npurgatory: found  ");
    messages.write_digest(found);
    messages.write("\n");
}

// True when the new kernel may be entered.
bool verify(Messages &messages, const OwnParameters &parameters) {
    if ((parameters.flags & flag::skip_checks) != 0) {
        messages.write("purgatory: verification skipped\n");
        return true;
    }
    messages.write("purgatory: verifying\n");
    uint8_t found[32];
    size_t altered = find_altered_region(parameters, found);
    if (altered != region_count) {
        report(messages, altered, parameters.regions[altered], found);
        return false;
    }
    messages.write("purgatory: verified\n");
    return true;
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
    Messages messages(parameters);
    if (!verify(messages, parameters))
        return 1;
    if ((parameters.flags & flag::panic) != 0)
        copy(parameters.backup);
    messages.write("purgatory: entering the new kernel at ");
    messages.write_address(parameters.entry);
    messages.write("\n");
    return 0;
}
