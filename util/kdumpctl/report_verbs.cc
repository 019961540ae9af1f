// SPDX-License-Identifier: GPL-2.0-or-later
// The verbs that look at the machine and say what they see. Nothing is changed.
#include "base/text.h"
#include "util/kdumpctl/config.h"
#include "util/kdumpctl/configuration.h"
#include "util/kdumpctl/options.h"
#include "util/kdumpctl/print.h"
#include "util/kdumpctl/results.h"
#include "util/kdumpctl/service.h"
#include "util/kdumpctl/target_need.h"
#include "util/kdumpctl/verbs.h"
#include "util/program.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

// The mode that the command line names.
Result<std::optional<CrashMode>> mode_in(const VerbLine &line) {
    for (CrashMode mode : {CrashMode::kdump, CrashMode::fadump})
        if (line.argument == name_of(mode))
            return mode;
    if (line.argument)
        return bad_usage(tables(),
                         fmt::format("\"{}\" is neither kdump nor fadump", printable(*line.argument)));
    return std::nullopt;
}

bool shows_tests(const World &world) {
    auto configuration = read_configuration(take_snapshot(config_sources(), world.root));
    return !configuration || configuration->variable("VMCORE_CREATION_NOTIFICATION") != "no";
}

} // namespace

Result<Facts> look(const World &world, std::span<const Source> more) {
    std::vector<Source> all(sources().begin(), sources().end());
    all.insert(all.end(), more.begin(), more.end());
    Facts facts = TRY(understand(take_snapshot(all, world.root), world.architecture, world.kernel_log()));
    facts.page_size = world.page_size;
    return facts;
}

Result<Outcome> show_default(const World &world, const VerbLine &line) {
    auto mode = TRY(mode_in(line));
    Facts facts = TRY(look(world));
    CrashTraits traits = traits_in(facts, mode.value_or(facts.traits.mode));
    auto parameter = default_crashkernel(traits);
    if (!parameter)
        return fail(Cause::unsupported,
                    fmt::format("there is no default for {} on {}", name_of(traits.mode),
                                traits.architecture),
                    "measure what a capture kernel takes; 256M is a size to start with");
    return printed(world.print, to_string(*parameter) + "\n", Outcome::done);
}

Result<Outcome> show_memory(const World &world, const VerbLine &) {
    Facts facts = TRY(look(world));
    if (!facts.reserved)
        return fail(Cause::unsupported, "the kernel does not tell how much memory is reserved",
                    "boot a kernel with CONFIG_CRASH_DUMP, and mount /sys");
    return printed(world.print, fmt::format("Reserved {}MB memory for crash kernel\n", *facts.reserved >> 20),
                   Outcome::done);
}

Result<Outcome> show_status(const World &world, const VerbLine &line) {
    Facts facts = TRY(look(world));
    Status status = judge(facts);
    Results results = understand_results(take_snapshot(result_sources(), world.root));
    if (!shows_tests(world))
        results.test.reset();
    return printed(world.print,
                   line.has("json") ? status_json(facts, status, results)
                                    : status_text(status) + results_text(results),
                   status.operational ? Outcome::done : Outcome::not_operational);
}

Result<Outcome> show_estimate(const World &world, const VerbLine &line) {
    if (line.has("measure"))
        return measure(world, line.has("json"));
    Facts facts = TRY(look(world, estimate_sources()));
    auto configuration = look_at_configuration(world);
    auto service = configuration ? look_at_service(world, *std::move(configuration))
                                 : Result<Service>(Failure(configuration.error()));
    if (service)
        facts.of_configuration = parts_of_configuration(world, *service);
    Estimate result = TRY(estimate(facts));
    return printed(world.print,
                   line.has("json") ? estimate_json(facts, result) : estimate_text(facts, result),
                   Outcome::done);
}

} // namespace kexec::kdumpctl
