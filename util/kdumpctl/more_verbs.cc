// SPDX-License-Identifier: GPL-2.0-or-later
// propagate: the key for an ssh target. test: a crash on purpose.
#include "base/file.h"
#include "util/kdumpctl/results.h"
#include "util/kdumpctl/verbs.h"
#include "util/program.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view answer = "CRASH";
constexpr std::string_view sysrq_path = "/proc/sysrq-trigger";
constexpr std::string_view question =
    "This crashes the machine, now: what is not stored is lost. Its crash kernel saves a dump as in a crash "
    "that nobody wanted, and the machine starts again.\nType CRASH to go on: ";

Result<void> check_for_test(const World &world, const Facts &facts) {
    if (!facts.armed.value_or(false))
        return fail(Cause::unsupported,
                    "a test needs a machine whose crashes are dumped, and this one's are not",
                    "kdumpctl start");
    if (!world.is_terminal)
        return fail(Cause::unsupported, "a test crashes the machine, and standard input is no terminal",
                    "type it at a terminal; no option stands for the answer");
    return {};
}

} // namespace

Result<Outcome> propagate(const World &world, const VerbLine &line) {
    Configuration configuration = TRY(look_at_configuration(world));
    const auto &target = configuration.conf.target;
    if (!target || target->type != "ssh")
        return fail(Cause::unsupported, "the configuration has no ssh target",
                    "write ssh USER@HOST in /etc/kdump.conf");
    std::string key(configuration.conf.value_of("sshkey"));
    Steps steps;
    if (!read_start_of_file(world.root + key, 1))
        steps.push_back(
            TRY(run_step(world, "ssh-keygen", {"-q", "-t", "rsa", "-f", key, "-N", ""}, "no key was made")));
    steps.push_back(TRY(run_step(world, "ssh-copy-id", {"-i", key, target->source},
                                 "the key was not brought to " + target->source)));
    if (line.has("print"))
        return printed(world.print, steps_text(steps), Outcome::done);
    TRY(carry_out(steps));
    return printed(world.print, fmt::format("{} opens {}\n", key, target->source), Outcome::done);
}

Result<Outcome> test(const World &world, const VerbLine &line) {
    if (line.has("vm"))
        return test_in_machine(world);
    auto turn = TRY(take_turn(world));
    Service service = TRY(look_at_service(world, TRY(look_at_configuration(world))));
    TRY(check_for_test(world, service.facts));
    TRY(printed(world.print, std::string(question), Outcome::done));
    if (world.read_line() != answer)
        return printed(world.print, "That is not the word; nothing has been done.\n", Outcome::done);
    std::uint64_t now = world.now();
    TRY(carry_out(TRY(steps_to_arm(world, service, {.rebuild = Rebuild::never, .more = test_word(now)}))));
    TRY(keep_pending_test(world, now));
    world.sync();
    TRY(world.write(world.root + std::string(sysrq_path), "c"));
    return fail(Cause::system_call, "the machine has not crashed",
                "look for \"sysrq\" in the kernel's log; CONFIG_MAGIC_SYSRQ is needed");
}

} // namespace kexec::kdumpctl
