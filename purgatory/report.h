// SPDX-License-Identifier: GPL-2.0-or-later
// What every purgatory with a console says: that it verifies, what it found, and where it goes.
#pragma once

#include "purgatory/messages.h"
#include "purgatory/verify.h"

#pragma GCC visibility push(hidden)

namespace purgatory {

// What find_altered_region() does, in the way of this machine.
using FindAltered = size_t (*)(const OwnParameters &parameters, uint8_t (&found)[32]);

// True when the new kernel may be entered: `find` has found no region altered, or flag::skip_checks is set.
bool verify_and_report(Messages &messages, const OwnParameters &parameters, FindAltered find);

// The last message of all.
void announce_entry(Messages &messages, const OwnParameters &parameters);

} // namespace purgatory

#pragma GCC visibility pop
