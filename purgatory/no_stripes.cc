// SPDX-License-Identifier: GPL-2.0-or-later
// For machines whose loader asks for no striped digests.
#include "purgatory/verify.h"

namespace purgatory {

void hash_stripes(const OwnRegion &, uint8_t (&digest)[32]) {
    for (uint8_t &byte : digest)
        byte = 0;
}

} // namespace purgatory
