// SPDX-License-Identifier: GPL-2.0-or-later
// Everything on arm64 between entry and hand-over: verification with its messages. Devices are touched only
// while the MMU is off.
#include "purgatory/prepare.h"

#include "purgatory/arm64/caches.h"
#include "purgatory/arm64/uart.h"
#include "purgatory/arm64/vectors.h"

namespace purgatory {

namespace {

size_t find_altered(const OwnParameters &parameters, uint8_t (&found)[32]) {
    VectorAccess access;
    return find_altered_in_caches(parameters, found);
}

} // namespace

} // namespace purgatory

// Called by entry.S: 0 when the new kernel is to be entered, else the machine is to stop.
extern "C" int purgatory_prepare() {
    return purgatory::prepare<purgatory::Uart>(purgatory::find_altered, nullptr);
}
