// SPDX-License-Identifier: GPL-2.0-or-later
// For machines whose loader asks for striped digests.
#include "purgatory/sha256.h"
#include "purgatory/verify.h"

namespace purgatory {

void hash_stripes(const OwnRegion &region, uint8_t (&digest)[32]) {
    StripedSha256 sum;
    sum.update(reinterpret_cast<const uint8_t *>(region.start), region.size);
    sum.finish(digest);
}

} // namespace purgatory
