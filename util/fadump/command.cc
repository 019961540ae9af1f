// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at the machine, then does the one thing that was asked for.
#include "util/fadump/command.h"

#include "util/fadump/act.h"
#include "util/fadump/options.h"
#include "util/fadump/print.h"
#include "util/fadump/recommend.h"
#include "util/fadump/save.h"
#include "util/program.h"

#include <fmt/core.h>

namespace kexec::fadump {

namespace {

Result<Outcome> print(const World &world, const std::string &text, Outcome outcome = Outcome::done) {
    return printed(world.print, text, outcome);
}

Outcome outcome_of(State state) {
    switch (state) {
    case State::registered: return Outcome::done;
    case State::dump_waiting: return Outcome::dump_waiting;
    case State::unavailable:
    case State::disabled:
    case State::unregistered: break;
    }
    return Outcome::not_armed;
}

Result<Outcome> show_status(const World &world, const Facts &facts, const Options &options) {
    Status status = judge(facts);
    return print(world, options.json ? status_json(facts, status) : status_table(facts, status),
                 outcome_of(status.state));
}

Result<Outcome> show_regions(const World &world, const Facts &facts, const Options &options) {
    if (!facts.regions)
        return fail(
            Cause::missing_file, "/sys/kernel/debug/powerpc/fadump_region is not there or cannot be read",
            "mount -t debugfs debugfs /sys/kernel/debug, as root, on a kernel with firmware-assisted dump");
    return print(world, options.json ? regions_json(*facts.regions) : regions_table(*facts.regions));
}

Result<Outcome> show_recommendation(const World &world, const Facts &facts, const Options &options) {
    auto memory = options.memory ? options.memory : facts.memory;
    if (!memory)
        return fail(Cause::missing_file, "/proc/iomem does not tell how much memory there is",
                    "run this as root, or name a size with --memory");
    std::uint64_t by_default = default_memory(*memory, facts.platform);
    auto recommended = recommended_memory(*memory);
    if (!recommended)
        return fail(Cause::no_room,
                    fmt::format("there is no recommendation for {} of memory: they start at 4G",
                                size_word(*memory)),
                    fmt::format("leave crashkernel= out, for which the kernel takes {}, or use kdump",
                                size_word(by_default)));
    Recommendation found{*memory, *recommended, by_default};
    return print(world, options.json ? recommendation_json(found) : recommendation_text(found));
}

Result<Outcome> save_dump(const World &world, const Facts &facts, const Options &options) {
    TRY(save(world, facts, {options.directory, options.plain, options.dump_level}));
    TRY(record_saved(world, facts, options.directory));
    return print(world, fmt::format("the dump is stored in {}; \"fadump release\" gives its memory back\n",
                                    options.directory));
}

Result<Outcome> carry_out(const World &world, const Options &options) {
    Facts facts = TRY(look(world));
    switch (options.action) {
    case Action::status: return show_status(world, facts, options);
    case Action::regions: return show_regions(world, facts, options);
    case Action::recommend: return show_recommendation(world, facts, options);
    case Action::save: return save_dump(world, facts, options);
    case Action::register_dump:
        if (options.append)
            TRY(set_arguments(world, facts, *options.append));
        TRY(register_dump(world, facts));
        break;
    case Action::unregister_dump: TRY(unregister_dump(world, facts)); break;
    case Action::release: TRY(release(world, facts, options.yes)); break;
    case Action::help:
    case Action::version: break;
    }
    return Outcome::done;
}

Result<Outcome> parse_and_carry_out(const World &world, std::span<const char *const> words) {
    Options options = TRY(parse_options(words));
    if (options.action == Action::help)
        return print(world, usage_text());
    if (options.action == Action::version)
        return print(world, "fadump of kexec-tools 2.0.32+toolkit." TOOLKIT_VERSION "\n");
    return carry_out(world, options);
}

} // namespace

Outcome run_command(const World &world, std::span<const char *const> words) {
    return end_of_command("fadump", world.complain, parse_and_carry_out(world, words), Outcome::bad_usage,
                          Outcome::failed);
}

} // namespace kexec::fadump
