// SPDX-License-Identifier: GPL-2.0-or-later
// The sentences on the console: the same on every machine.
#include "purgatory/report.h"

namespace purgatory {

namespace {

void write_place(Messages &messages, const OwnRegion &region) {
    messages.write(" (");
    messages.write_address(region.start);
    messages.write("-");
    messages.write_address(region.start + (region.size - 1));
    messages.write(")");
}

void report(Messages &messages, size_t index, const OwnParameters &parameters, const uint8_t (&found)[32]) {
    const OwnRegion &region = parameters.regions[index];
    messages.write("purgatory: region ");
    messages.write_decimal(index);
    if ((parameters.flags & flag::hidden_places) == 0)
        write_place(messages, region);
    messages.write(" differs: the new kernel is not entered\npurgatory: loaded ");
    messages.write_digest(region.digest);
    messages.write("\npurgatory: found  ");
    messages.write_digest(found);
    messages.write("\n");
}

} // namespace

bool verify_and_report(Messages &messages, const OwnParameters &parameters, FindAltered find) {
    if ((parameters.flags & flag::skip_checks) != 0) {
        messages.write("purgatory: verification skipped\n");
        return true;
    }
    messages.write("purgatory: verifying\n");
    uint8_t found[32];
    size_t altered = find(parameters, found);
    if (altered != region_count) {
        report(messages, altered, parameters, found);
        return false;
    }
    messages.write("purgatory: verified\n");
    return true;
}

void announce_entry(Messages &messages, const OwnParameters &parameters) {
    messages.write("purgatory: entering the new kernel");
    if ((parameters.flags & flag::hidden_places) == 0) {
        messages.write(" at ");
        messages.write_address(parameters.entry);
    }
    messages.write("\n");
}

} // namespace purgatory
