// SPDX-License-Identifier: GPL-2.0-or-later
// Finding out whether the memory that was loaded is still what it was.
#pragma once

#include "purgatory/parameters.h"

namespace purgatory {

// Makes memory readable piece by piece, on a machine where it is not readable anyway.
struct Window {
    // Says how many of the `size` bytes from `start` can be read until the next call: at least 1.
    uint64_t (*open)(void *context, uint64_t start, uint64_t size);
    void *context;
};

// The striped digest of a region that is readable as a whole. A machine that is never asked for one gives
// none, which is no region's.
void hash_stripes(const OwnRegion &region, uint8_t (&digest)[32]);

// The index of the first region whose bytes differ from its digest, with the digest that they have in
// `found`; region_count when every region is intact. Ignores flag::skip_checks. Without a window all memory
// is readable.
size_t find_altered_region(const OwnParameters &parameters, uint8_t (&found)[32],
                           const Window *window = nullptr);

} // namespace purgatory

// The parameters that the loader filled in, at PURGATORY_PARAMETERS.
extern "C" [[gnu::visibility("hidden")]] const purgatory::OwnParameters purgatory_parameters;

// What stands at PURGATORY_VERIFY: 0 when every region is intact or flag::skip_checks is set, else 1 + the
// index of the first altered region. An ordinary function: no privileged instruction, no memory outside its
// stack is written.
extern "C" int purgatory_verify();
