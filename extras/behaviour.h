// SPDX-License-Identifier: GPL-2.0-or-later
// What a purgatory that was prepared will do, read back from its parameters.
#pragma once

#include "plan/plan.h"

#include <optional>
#include <string>

namespace kexec {

struct Behaviour {
    bool verifies;        // false with -i
    std::size_t segments; // that are verified
    std::uint64_t bytes;  // that are hashed
    bool caches_off;      // arm64: hashed without caches, which is slow
    std::optional<Range>
        saved_from;         // memory that a crash kernel needs, copied elsewhere first; or, on s390x,
                            // the crash reservation, which changes places with the bottom of memory
    std::uint64_t saved_to; // where that goes
    bool changes_places;    // s390x: both are exchanged
    std::string console;    // where it prints; empty: nowhere
    std::optional<std::uint64_t>
        enters; // the new kernel's entry point; nothing: it is drawn when it is loaded
};

// Nothing for a plan that has none.
std::optional<Behaviour> behaviour_of(const SegmentLoad &plan);

} // namespace kexec
