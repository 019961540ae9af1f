// SPDX-License-Identifier: GPL-2.0-or-later
// test --vm and estimate --measure: nothing of this machine is changed.
#include "base/json.h"
#include "util/kdumpctl/trial.h"
#include "util/kdumpctl/verbs.h"
#include "util/program.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t first_size = 256 * mebibyte; // where nothing tells a better one

// As it is reserved, else as it would be.
std::uint64_t usual_reservation(const Facts &facts) {
    std::uint64_t size = facts.reserved.value_or(0);
    if (size == 0)
        size = default_crash_size(facts.traits, facts.memory);
    return size == 0 ? first_size : size / mebibyte * mebibyte;
}

std::string heading(const TrialSetup &setup) {
    return fmt::format("In an emulated machine, with {} and a scratch disk ({}):\n", setup.kernel_path,
                       setup.type);
}

std::string line_of(std::uint64_t reservation, const Trial &trial) {
    std::string text = fmt::format("{:5}M   {}", reservation / mebibyte,
                                   trial.saved ? "dumped" : "NOT dumped: " + trial.why);
    if (trial.saved && !trial.directory.empty())
        text += ": " + trial.directory;
    if (trial.memory)
        text += fmt::format(" ({}M of {}M were left at least)", trial.memory->least >> 10,
                            trial.memory->total >> 10);
    return text + "\n";
}

Result<Service> service_for_trial(const World &world) {
    return look_at_service(world, TRY(look_at_configuration(world)));
}

} // namespace

Result<Outcome> test_in_machine(const World &world) {
    Service service = TRY(service_for_trial(world));
    TrialSetup setup = TRY(prepare_trial(world, service));
    std::uint64_t reservation = usual_reservation(service.facts);
    TRY(printed(world.print, heading(setup), Outcome::done));
    Trial trial = TRY(try_dump(world, setup, reservation));
    return printed(world.print, line_of(reservation, trial), trial.saved ? Outcome::done : Outcome::failed);
}

Result<Outcome> measure(const World &world, bool as_json) {
    Service service = TRY(service_for_trial(world));
    TrialSetup setup = TRY(prepare_trial(world, service));
    if (!as_json)
        TRY(printed(world.print, heading(setup), Outcome::done));
    std::string why;
    auto saves = [&](std::uint64_t reservation) -> Result<bool> {
        Trial trial = TRY(try_dump(world, setup, reservation));
        why = trial.why;
        if (!as_json)
            TRY(printed(world.print, line_of(reservation, trial), Outcome::done));
        return trial.saved;
    };
    auto smallest = TRY(smallest_reservation(usual_reservation(service.facts), saves));
    if (!smallest)
        return fail(Cause::no_room,
                    fmt::format("not even {}M are enough: {}", usual_reservation(service.facts) / mebibyte,
                                why),
                    "try with more reserved, if memory is what it lacks");
    std::string text =
        as_json ? fmt::format("{{\"smallest\":{},\"crashkernel\":{}}}\n", *smallest,
                              json_string(fmt::format("{}M", *smallest / mebibyte)))
                : fmt::format("The smallest reservation that still saves a dump: crashkernel={}M\n",
                              *smallest / mebibyte);
    return printed(world.print, text, Outcome::done);
}

} // namespace kexec::kdumpctl
