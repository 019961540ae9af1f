// SPDX-License-Identifier: GPL-2.0-or-later
// What a crash load needs besides a kernel: the core header that describes the dead kernel's memory, and the
// ranges that the second kernel keeps to.
#pragma once

#include "plan/placing.h"
#include "plan/plan.h"

namespace kexec::arm64 {

struct CrashPieces {
    Range core_header; // the bytes, no padding
    Segment segment;
    std::shared_ptr<Buffer> bytes;
    std::vector<Range> usable; // the reservation that everything is loaded into comes first
};

// The core header goes to the end of the reservation. `notes` get where each number came from.
Result<CrashPieces> place_crash_pieces(const Request &request, Placer &placer,
                                       std::vector<std::string> &warnings, std::vector<std::string> &notes);

} // namespace kexec::arm64
