// SPDX-License-Identifier: GPL-2.0-or-later
// For loaders on machines that work one lane after the other.
#include "purgatory/sha256.h"

namespace purgatory {

Sha256Stripes fastest_sha256_stripes() { return sha256_stripes_serial; }

} // namespace purgatory
