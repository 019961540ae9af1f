// SPDX-License-Identifier: GPL-2.0-or-later
// How the last capture ended, kept for the next boot: in the file outcome_name beside the dumps' directories,
// or where that could not be written in /dev/pmsg0, which pstore shows at the next boot, and in the kernel's
// log.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>

namespace kexec::capture {

inline constexpr std::string_view outcome_name = "kdump-capture.outcome";

struct Outcome {
    std::uint64_t crash_time = 0; // seconds since 1970; 0 where the dump does not tell
    bool saved = false;
    std::string directory;             // of the dump, from the file system's root on; may be empty
    std::string what, remedy;          // why it failed: an error's two sentences
    std::vector<std::string> warnings; // what was survived

    bool operator==(const Outcome &) const = default;
};

// Lines, a key, a blank and the value; the first marks the beginning.
std::string outcome_text(const Outcome &outcome);
// The last one in a text that may have other things around it, as pstore's files do; nothing where there is
// none.
std::optional<Outcome> find_outcome(std::string_view text);

} // namespace kexec::capture
