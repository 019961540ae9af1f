// SPDX-License-Identifier: GPL-2.0-or-later
// Everything on arm64 between entry and hand-over: verification with its messages. Devices are touched only
// while the MMU is off.
#include "purgatory/arm64/caches.h"
#include "purgatory/arm64/uart.h"
#include "purgatory/arm64/vectors.h"
#include "purgatory/report.h"

namespace purgatory {

namespace {

void write_character(void *uart, char character) { static_cast<Uart *>(uart)->write(character); }

size_t find_altered(const OwnParameters &parameters, uint8_t (&found)[32]) {
    VectorAccess access;
    return find_altered_in_caches(parameters, found);
}

} // namespace

} // namespace purgatory

// Called by entry.S: 0 when the new kernel is to be entered, else the machine is to stop.
extern "C" int purgatory_prepare() {
    using namespace purgatory;
    const OwnParameters &parameters = purgatory_parameters;
    Uart uart(parameters);
    Messages messages(write_character, &uart);
    if (!verify_and_report(messages, parameters, find_altered))
        return 1;
    announce_entry(messages, parameters);
    return 0;
}
