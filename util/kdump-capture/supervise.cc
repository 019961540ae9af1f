// SPDX-License-Identifier: GPL-2.0-or-later
// A process that a dead disk holds cannot be ended, and what touches that disk hangs too: so nothing here
// does, and the report is another process that is waited for no longer than some seconds.
#include "util/kdump-capture/supervise.h"

#include "base/process_group.h"
#include "base/text.h"
#include "util/kdump-capture/keep.h"

#include <array>
#include <fmt/core.h>

namespace kexec::capture {

namespace {

constexpr double report_seconds = 15, emergency_seconds = 300;
constexpr std::string_view notifier = "fence_kdump_send";

Result<ProcessGroup> start_self(const Self &self, const std::vector<std::string> &words) {
    std::vector<std::string> all = self.arguments;
    all.insert(all.end(), words.begin(), words.end());
    return ProcessGroup::start(self.path, all);
}

void have_reported(const World &world, const Self &self, const Error &error) {
    tell(world, error);
    auto child = start_self(self, {"--report", error.what, error.remedy});
    if (!child)
        return tell(world, child.error());
    auto ended = child->wait(report_seconds);
    if (ended && !*ended)
        tell(world, "the reason could not be kept: its disk does not answer");
    child->end_group();
}

Result<int> wait_within(const ProcessGroup &child, std::uint64_t limit) {
    if (limit == 0)
        return child.wait();
    if (auto status = TRY(child.wait(static_cast<double>(limit))))
        return *status;
    child.end_group();
    return fail(Cause::other,
                fmt::format("storing the dump took longer than {} seconds, and was ended", limit),
                "see whether its target is slow, or raise the time limit");
}

Result<Ending> ending_of(const Settings &settings, const Self &self) {
    constexpr int signalled = 128;
    ProcessGroup child = TRY(start_self(self, {"--store"}));
    int status = TRY(wait_within(child, settings.time_limit));
    for (Ending ending : {Ending::saved, Ending::failed, Ending::left_out})
        if (status == static_cast<int>(ending))
            return ending;
    return fail(Cause::other,
                status > signalled
                    ? fmt::format("storing the dump was ended by signal {}", status - signalled)
                    : fmt::format("storing the dump ended with status {}", status),
                "reserve more memory (crashkernel=), and read the console");
}

// fence_kdump_send(8) goes on telling the other nodes of the cluster that this one dumps, until the machine
// ends; without it they would reset this machine meanwhile.
void tell_cluster(const World &world, const Settings &settings) {
    if (settings.fence.empty())
        return;
    std::vector<std::string> words;
    for (std::string_view word : words_of(settings.fence))
        words.emplace_back(word);
    // Where there is none, starting it says so.
    auto program = world.find_program(notifier).value_or(std::string(notifier));
    if (auto child = ProcessGroup::start(program, words); !child)
        tell(world,
             fmt::format("{}: the cluster is not told of the dump; going on without", child.error().what));
}

// A machine that hangs here would stay down, so each has its limit.
void run_in_emergency(const World &world, const std::string &program) {
    auto child = ProcessGroup::start(world.root + program, {});
    if (!child)
        return tell(world, child.error().what + "; going on without");
    auto status = child->wait(emergency_seconds);
    if (!status || !*status) {
        child->end_group();
        tell(world, fmt::format("{} took longer than {} seconds, and was ended", program, emergency_seconds));
    } else if (**status != 0)
        tell(world, fmt::format("{} exited with status {}; going on", program, **status));
}

} // namespace

Ending wait_for_store(const World &world, const Settings &settings, const Self &self) {
    tell_cluster(world, settings);
    auto ending = ending_of(settings, self);
    if (!ending)
        have_reported(world, self, ending.error());
    if (ending.value_or(Ending::failed) != Ending::failed)
        return *ending;
    for (const std::string &script : settings.emergency_scripts)
        run_in_emergency(world, script);
    if (!settings.emergency.empty())
        run_in_emergency(world, settings.emergency);
    return Ending::failed;
}

void report_end(const World &world, std::string_view what, std::string_view remedy) {
    Draft draft = read_draft(world);
    draft.outcome.saved = false;
    draft.outcome.what = what;
    draft.outcome.remedy = remedy;
    keep_outcome(world, draft);
    world.sync();
}

Action action_behind(const World &world, const Settings &settings, Ending ending) {
    Action action = ending == Ending::failed ? settings.failure_action : settings.final_action;
    if (action != Action::shell)
        return action;
    tell(world, "a shell follows; when it ends, so does this machine");
    auto status = world.run_shell();
    if (!status)
        tell(world, status.error());
    return settings.final_action == Action::shell ? Action::reboot : settings.final_action;
}

} // namespace kexec::capture
