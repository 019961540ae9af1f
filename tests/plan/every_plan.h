// SPDX-License-Identifier: GPL-2.0-or-later
// Random machines, kernels and requests, one for each seed: every plan that is made passes the model of the
// kernel and a second opinion that knows nothing of the planner, and none is refused where there is obviously
// room.
#pragma once

#include "plan/plan.h"
#include "tests/support/dice.h"
#include "tests/support/temporary.h"

#include <functional>
#include <string>
#include <vector>

namespace kexec::testing {

struct EveryPlan {
    std::string_view arch;
    std::uint32_t seeds;
    std::function<Request(Dice &)> request;
    std::function<std::vector<std::string>(const SegmentLoad &, const Request &)> faults_of;
    std::function<bool(const Request &)> has_obvious_room;
};

struct PlansMade {
    unsigned reboot = 0, crash = 0;
};

// The seed of a case that fails is printed. How many were made says what the cases are worth: the dice are
// the same everywhere.
PlansMade make_every_plan(const EveryPlan &every);

// An initrd of up to `most` bytes, nothing but a hole; none, one time in three.
std::shared_ptr<const MappedFile> random_initrd(Dice &dice, const TemporaryDirectory &directory,
                                                std::uint64_t most);

// What a second opinion has to say, collected.
struct Judge {
    const SegmentLoad &plan;
    const Request &request;
    std::vector<std::string> faults;

    bool crash() const { return request.settings.purpose == Purpose::crash; }
    void expect(bool holds, std::string fault);
    // From the purgatory's parameters, which start at 0x100.
    std::uint64_t told(std::uint64_t offset) const;
    // The segment that starts there; null if none does.
    const Segment *segment_at(std::uint64_t address) const;
};

} // namespace kexec::testing
