// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/plan/every_plan.h"

#include "arch/arch.h"
#include "tests/catch.h"
#include "tests/plan/kernel_model.h"
#include "tests/plan/requests.h"

#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec::testing {
namespace {

std::string joined(const std::vector<std::string> &faults) {
    return fmt::format("{}", fmt::join(faults, "; "));
}

void expect_fair_refusal(const EveryPlan &every, const Request &request, const Error &refusal) {
    INFO(refusal.what);
    bool nothing_reserved =
        request.settings.purpose == Purpose::crash && request.machine.crash_reservations.empty();
    CHECK(refusal.cause == (nothing_reserved ? Cause::no_reservation : Cause::no_room));
    CHECK_FALSE((every.has_obvious_room(request) && !nothing_reserved));
}

} // namespace

PlansMade make_every_plan(const EveryPlan &every) {
    PlansMade made;
    for (std::uint32_t seed = 0; seed < every.seeds; seed++) {
        INFO("seed " << seed);
        Dice dice(seed);
        Request request = every.request(dice);
        auto decision = arch_named(every.arch)->plan(request);
        if (!decision) {
            expect_fair_refusal(every, request, decision.error());
            continue;
        }
        (request.settings.purpose == Purpose::crash ? made.crash : made.reboot)++;
        CHECK(joined(kernel_refusals(*decision, request)) == "");
        CHECK(joined(every.faults_of(segments_of(decision), request)) == "");
    }
    return made;
}

std::shared_ptr<const MappedFile> random_initrd(Dice &dice, const TemporaryDirectory &directory,
                                                std::uint64_t most) {
    if (dice.chance(3))
        return nullptr;
    std::string path = directory.add("initrd", {});
    std::filesystem::resize_file(path, 1 + dice.below(most));
    return std::make_shared<const MappedFile>(MappedFile::open(path).value());
}

void Judge::expect(bool holds, std::string fault) {
    if (!holds)
        faults.push_back(std::move(fault));
}

std::uint64_t Judge::told(std::uint64_t offset) const {
    return read_at<le64>(*plan.purgatory, 0x100 + offset, "").value_or(le64(0));
}

const Segment *Judge::segment_at(std::uint64_t address) const {
    for (const Segment &segment : plan.segments)
        if (segment.destination.first() == address)
            return &segment;
    return nullptr;
}

} // namespace kexec::testing
