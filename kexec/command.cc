// SPDX-License-Identifier: GPL-2.0-or-later
// What is done, in which order, and what is said when it fails. Everything that can be checked is checked
// before the first step that changes something.
#include "kexec/command.h"

#include "kexec/exit_status.h"
#include "kexec/extras.h"
#include "kexec/inspect.h"
#include "kexec/interfaces.h"
#include "kexec/kernel_state.h"
#include "kexec/load.h"
#include "kexec/loaded.h"
#include "kexec/refusal.h"
#include "kexec/usage.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

// "kexec_load failed: …" and the like, which scripts look for at the start of a line.
bool has_own_prefix(std::string_view what) {
    return what.starts_with("kexec") && what.find(" failed: ") != npos;
}

void report(const World &world, const Error &error) {
    constexpr std::string_view program = "kexec";
    std::string text = complaint(program, error);
    world.complain(std::string_view(text).substr(has_own_prefix(error.what) ? program.size() + 2 : 0));
}

// 0: not loaded, 1: loaded, 255: not known. Says nothing.
int loaded_status(const World &world, Purpose target) {
    KernelState kernel = look_at_kernel(world.root);
    auto loaded = target == Purpose::crash ? kernel.crash_loaded : kernel.loaded;
    return loaded ? static_cast<int>(*loaded) : general_failure;
}

int answer(const World &world, OptionId question) {
    if (question == OptionId::help)
        world.print(usage_text(world.arch));
    if (question == OptionId::version)
        world.print(version_text());
    if (question == OptionId::print_crash_size)
        world.print(fmt::format("{}\n", look_at_kernel(world.root).crash_size.value_or(0)));
    return 0;
}

// What is not offered, and does not need the kernel file to be seen.
Result<void> check_offered(const Options &options) {
    for (const GivenOption &each : options.given) {
        bool does_something =
            each.option->reach == OptionReach::refused &&
            (each.option->id != OptionId::reuse_initrd || options.steps.contains(Step::load));
        if (does_something)
            return fail(Cause::bad_usage, std::string(each.option->note),
                        fmt::format("leave --{} out", each.option->name));
    }
    return {};
}

Result<void> check_something_is_loaded(const World &world) {
    KernelState kernel = look_at_kernel(world.root);
    if (kernel.loaded == 1U)
        return {};
    if (kernel.loaded == 0U)
        return fail(Cause::bad_usage, "Nothing has been loaded!",
                    "load a kernel first: kexec -l KERNEL --initrd=FILE "
                    "--reuse-cmdline");
    if (kernel.has_sysfs)
        return Failure(kernel_has_no_kexec());
    warn(world, "/sys is not mounted, so whether a kernel is loaded cannot be seen; going on without");
    return {};
}

Result<void> check_may_execute(World &world) {
    if (world.calls.may_reboot())
        return {};
    return Failure(
        explain_refusal({RefusedCall::reboot, EPERM, Purpose::reboot}, look_for_permission(world)));
}

// Returns only where no program for it could be run.
int run_shutdown(World &world) {
    int number = 0;
    for (const char *path : {"/sbin/shutdown", "/etc/shutdown", "/bin/shutdown"})
        number = world.calls.execute(path, {"shutdown", "-r", "now"});
    world.complain(fmt::format("shutdown: {}\n       the kernel is loaded; start it with kexec -e\n",
                               std::strerror(number)));
    return general_failure;
}

void complain_of_links(const World &world, const std::vector<LinkFailure> &failures, std::string_view what) {
    for (const LinkFailure &failure : failures)
        warn(world,
             fmt::format("{}: {}: {}; going on without", failure.name, what, std::strerror(failure.number)));
}

LinksTakenDown take_down_what_is_up(World &world) {
    auto taken = take_links_down(world.calls);
    if (taken)
        complain_of_links(world, taken->failures, "cannot take the interface down");
    else
        warn(world, taken.error().what + "; going on without taking network interfaces down");
    return taken.value_or(LinksTakenDown());
}

// After a reboot that did not happen.
std::string restore_links(World &world, const std::vector<std::string> &down) {
    if (down.empty())
        return {};
    complain_of_links(world, bring_links_up(world.calls, down), "cannot bring the interface up again");
    return fmt::format("; {} {} down for a moment: routes and addresses may be lost (ip address, ip route)",
                       fmt::join(down, ", "), down.size() == 1 ? "was" : "were");
}

// Returns only where the loaded kernel could not be started.
Error execute(World &world, const Steps &steps) {
    LinksTakenDown taken;
    if (steps.contains(Step::take_links_down))
        taken = take_down_what_is_up(world);
    world.calls.mark_log();
    int number = world.calls.reboot();
    std::string lost = restore_links(world, taken.down);
    Error error = explain_refusal({RefusedCall::reboot, number, Purpose::reboot}, look_for_evidence(world));
    error.what += lost;
    return error;
}

// The steps, in their order; the exit status.
Result<int> perform(World &world, const Options &options) {
    const Steps &steps = options.steps;
    if (steps.contains(Step::report_status))
        return loaded_status(world, steps.target);
    if (steps.contains(Step::report_loaded)) {
        world.print(options.settings.has(OptionId::json) ? loaded_json(world) : loaded_text(world));
        return 0;
    }
    if (steps.contains(Step::inspect)) {
        bool as_json = options.settings.has(OptionId::json);
        world.print(TRY(inspect_kernel(options, as_json ? InspectionForm::json : InspectionForm::text,
                                       TRY(machine_named(world, options)))));
        return 0;
    }
    if (steps.contains(Step::examine))
        return examine_machine(world, options);
    if (options.settings.has(OptionId::json))
        warn(world, "--json has no effect without --loaded, --inspect or --doctor; going on without");
    TRY(check_offered(options));
    if (steps.contains(Step::plan))
        return show_plan(world, options);
    if (steps.contains(Step::test_vm))
        return test_in_vm(world, options);
    if (steps.contains(Step::record))
        return record_machine(world, options);
    if (steps.contains(Step::execute))
        TRY(check_may_execute(world));
    auto prepared = std::make_shared<PreparedLoad>();
    world.kept = prepared;
    if (steps.contains(Step::load))
        *prepared = TRY(prepare_load(world, options));
    if (steps.contains(Step::unload))
        TRY(unload(world, options));
    if (steps.contains(Step::load))
        TRY(carry_out(world, options, *prepared));
    if (steps.contains(Step::shut_down) || steps.contains(Step::execute))
        TRY(check_something_is_loaded(world));
    if (steps.contains(Step::shut_down))
        return run_shutdown(world);
    if (steps.contains(Step::synchronise))
        world.calls.synchronise();
    if (steps.contains(Step::execute))
        return Failure(execute(world, steps));
    return 0;
}

int refuse_usage(const World &world, const UsageError &usage) {
    if (!usage.error.what.empty())
        report(world, usage.error);
    world.print(usage_text(world.arch));
    return usage.status;
}

} // namespace

int run_command(World &world, std::span<const char *const> words, Order order) {
    const Arch &arch = arch_of_line(world.arch, words, order);
    auto options = parse_options(words, arch.options, order);
    if (!options)
        return refuse_usage(world, options.error());
    if (options->answer)
        return answer(world, *options->answer);
    // -S stays silent whatever else is on the line.
    if (!options->steps.contains(Step::report_status))
        for (const std::string &warning : options->warnings)
            warn(world, warning);
    World meant{world.calls, arch, world.root, world.print, world.complain, world.to_terminal};
    auto status = perform(meant, *options);
    world.kept = std::move(meant.kept);
    if (status)
        return *status;
    report(world, status.error());
    return exit_status(status.error(), options->settings.call);
}

} // namespace kexec
