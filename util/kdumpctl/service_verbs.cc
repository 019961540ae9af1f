// SPDX-License-Identifier: GPL-2.0-or-later
// start, stop, restart, reload, rebuild: looks at everything, then takes the steps, or shows them.
#include "util/kdumpctl/log.h"
#include "util/kdumpctl/raw_dump.h"
#include "util/kdumpctl/results.h"
#include "util/kdumpctl/verbs.h"
#include "util/program.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view started = "Starting kdump: [OK]", stopped = "Stopping kdump: [OK]";

// What the service has done, in the words that scripts look for.
Result<Outcome> say(const World &world, std::string_view sentence) {
    auto print = [&](std::string_view text) { return log(world, Level::done, std::string(text)); };
    return printed(print, std::string(sentence) + "\n", Outcome::done);
}

Result<Outcome> take_steps(const World &world, const VerbLine &line, const Steps &steps,
                           std::string_view done) {
    if (line.has("print"))
        return printed(world.print, steps_text(steps), Outcome::done);
    TRY(carry_out(steps));
    return say(world, done);
}

bool is_armed(const Facts &facts) { return facts.armed.value_or(false); }

// Nothing is locked for a look.
Result<std::optional<Descriptor>> turn_for(const World &world, const VerbLine &line) {
    if (line.has("print"))
        return std::nullopt;
    return std::optional(TRY(take_turn(world)));
}

// What the capture of the last crash has left is looked for at the first start after it, when all file
// systems are mounted. That nothing can be kept is no reason to leave the machine unarmed.
void collect(const World &world, const VerbLine &line, const Service &service) {
    if (line.has("print")) {
        if (auto target = target_with_dump(world, service.plan.settings))
            world.print(fmt::format("store the dump on {} below {}, and erase its start there\n",
                                    target->source, target->path));
        return;
    }
    if (auto collected = collect_results(world, service); !collected)
        warn(world, collected.error().what + "; going on without what came of the last crash");
}

// A kernel with fadump that tells the firmware of memory that comes and goes.
bool follows_by_itself(const World &world) {
    return take_snapshot(hotplug_sources(), world.root).word(hotplug_sources().front().path) == "1";
}

Result<Outcome> arm(const World &world, const VerbLine &line, const Service &service, Rebuild rebuild) {
    Steps steps = TRY(steps_to_arm(world, service, {.rebuild = rebuild}));
    return take_steps(world, line, steps, started);
}

// Where the server answers, the network is up: before that this machine's address and its way there are not
// to be seen.
Result<Service> look_with_server(const World &world, const VerbLine &line) {
    Configuration configuration = TRY(look_at_configuration(world));
    if (!line.has("print"))
        TRY(reach_server(world, configuration));
    return look_at_service(world, std::move(configuration));
}

} // namespace

Result<Outcome> start(const World &world, const VerbLine &line) {
    auto turn = TRY(turn_for(world, line));
    Facts facts = TRY(look(world));
    Configuration configuration = TRY(look_at_configuration(world));
    if (configuration.switched_off)
        return say(world, "USE_KDUMP is 0 in /etc/default/kdump-tools: nothing is loaded");
    TRY(check_feasibility(facts));
    auto service = look_at_service(world, std::move(configuration));
    if (service)
        collect(world, line, *service);
    if (facts.traits.mode == CrashMode::kdump && is_armed(facts)) {
        warn(world, "Kdump already running: [WARNING]");
        return Outcome::done;
    }
    if (!service)
        return Failure(service.error());
    return arm(world, line, TRY(look_with_server(world, line)), Rebuild::needed);
}

Result<Outcome> stop(const World &world, const VerbLine &line) {
    auto turn = TRY(turn_for(world, line));
    return take_steps(world, line, TRY(steps_to_disarm(world, TRY(look(world)))), stopped);
}

// Whatever may keep it from starting again, dracut too, comes before it is stopped.
Result<Outcome> restart(const World &world, const VerbLine &line) {
    auto turn = TRY(turn_for(world, line));
    Facts facts = TRY(look(world));
    TRY(check_feasibility(facts));
    Service service = TRY(look_with_server(world, line));
    Steps stopping;
    if (is_armed(facts)) {
        stopping = TRY(steps_to_disarm(world, facts));
        stopping.push_back({"", [&world]() -> Result<void> {
                                TRY(say(world, stopped));
                                return {};
                            }});
    }
    Steps steps = TRY(
        steps_to_arm(world, service, {.rebuild = Rebuild::needed, .before_loading = std::move(stopping)}));
    return take_steps(world, line, steps, started);
}

// The kernel takes the new image in place of the old one, and fadump's registration is made anew.
Result<Outcome> reload(const World &world, const VerbLine &line) {
    auto turn = TRY(turn_for(world, line));
    Facts facts = TRY(look(world));
    if (line.has("hotplug") && (!is_armed(facts) || follows_by_itself(world)))
        return Outcome::done;
    TRY(check_feasibility(facts));
    if (!is_armed(facts))
        warn(world, "Kdump was not running: [WARNING]");
    return arm(world, line, TRY(look_at_service(world, TRY(look_at_configuration(world)))), Rebuild::never);
}

Result<Outcome> rebuild(const World &world, const VerbLine &line) {
    auto turn = TRY(turn_for(world, line));
    Service service = TRY(look_at_service(world, TRY(look_at_configuration(world))));
    Steps steps = TRY(steps_to_build(world, service, Rebuild::always));
    return take_steps(world, line, steps, fmt::format("{} has been made", service.kernel.initramfs));
}

} // namespace kexec::kdumpctl
