// SPDX-License-Identifier: GPL-2.0-or-later
// The verb that puts the default crashkernel= into the boot loader's configuration, and those that packages
// run when a kernel comes in.
#include "base/file.h"
#include "base/text.h"
#include "util/kdumpctl/act.h"
#include "util/kdumpctl/boot_change.h"
#include "util/kdumpctl/kdump_conf.h"
#include "util/kdumpctl/options.h"
#include "util/kdumpctl/verbs.h"
#include "util/program.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view power = "ppc64le";
constexpr std::string_view kdump_conf_path = "/etc/kdump.conf";
constexpr std::array for_packages{
    Source{kdump_conf_path, "auto_reset_crashkernel"},
    Source{"/etc/systemd/system/*.wants/kdump.service", "whether the service is enabled", 0},
    Source{"/etc/systemd/system/*.wants/kdump-tools.service", "the same, on Debian", 0},
    Source{"/etc/rc3.d/S*kdump", "the same, of sysvinit", 0},
    Source{"/etc/rc3.d/S*kdump-tools", "the same, on Debian", 0},
};

// Links that start the service at boot; what they lead to does not matter.
bool is_enabled(const Snapshot &snapshot) {
    auto paths = snapshot.paths();
    return std::ranges::any_of(paths, [](std::string_view path) { return path != kdump_conf_path; });
}

Result<std::optional<std::string>> fadump_in(const World &world, const VerbLine &line) {
    auto value = line.value_of("fadump");
    if (!value)
        return std::nullopt;
    if (*value != "on" && *value != "off" && *value != "nocma")
        return bad_usage(tables(),
                         fmt::format("--fadump is on, off or nocma, not \"{}\"", printable(*value)));
    if (world.architecture != power)
        return bad_usage(tables(), fmt::format("--fadump is for {}; this is {}", power, world.architecture));
    return std::string(*value == "off" ? "" : *value);
}

Result<BootRequest> request_in(const World &world, const VerbLine &line, const Facts &facts) {
    BootRequest request;
    request.fadump = TRY(fadump_in(world, line));
    auto kernel = line.value_of("kernel");
    if (kernel == "ALL")
        request.kernels = Kernels::all;
    else if (kernel && *kernel != "DEFAULT" && !kernel->starts_with('/'))
        return bad_usage(tables(), fmt::format("--kernel is ALL, DEFAULT or the path of a kernel, not \"{}\"",
                                               printable(*kernel)));
    else if (kernel && *kernel != "DEFAULT")
        request = {Kernels::named, std::string(*kernel), request.fadump};
    else if (!kernel && !facts.release.empty())
        request = {Kernels::of_release, facts.release, request.fadump};
    return request;
}

// --- what is said

std::string words_text(const CrashWords &words) {
    std::string text = "crashkernel=" + words.crashkernel;
    if (words.fadump)
        text += words.fadump->empty() ? ", no fadump=" : ", fadump=" + *words.fadump;
    return text;
}

std::string plan_text(const BootPlan &plan) {
    std::string text;
    for (const FileChange &change : plan.files)
        text += change.path + ":\n" + difference_text(change);
    for (const ProgramRun &run : plan.programs)
        text += "then run " + text_of(run) + "\n";
    return text.empty() ? "nothing changes\n" : text;
}

std::string done_text(const BootPlan &plan, const std::string &backup) {
    std::string text;
    for (const ChosenEntry &entry : plan.entries)
        text += fmt::format("{} {} for {}\n", entry.changes ? "Updated" : "No need to update",
                            words_text(entry.words),
                            entry.kernel.empty() ? "all kernels" : "kernel=" + entry.kernel);
    if (!backup.empty())
        text += fmt::format("What was there is kept in {}; kdumpctl reset-crashkernel --undo puts it back\n"
                            "The next boot has the new reservation\n",
                            backup);
    return text;
}

// What there is to set where no boot loader's files are known.
std::string by_hand_text(const Facts &facts, const CrashWords &words) {
    KernelLine line;
    if (!facts.command_line.empty())
        line.words = {{0, facts.command_line.size()}};
    std::string all = spliced(facts.command_line, splices_for(facts.command_line, line, words, {}));
    std::string escaped;
    for (char character : all)
        escaped += (character == '"' || character == '\\' ? "\\" : "") + std::string(1, character);
    return fmt::format("crashkernel={}\n\n"
                       "U-Boot, at its prompt (or by fw_setenv bootargs '...'):\n"
                       "    setenv bootargs '{}'\n    saveenv\n\n"
                       "A device tree, in /chosen:\n    bootargs = \"{}\";\n",
                       words.crashkernel, all, escaped);
}

void warn_of_memory(const World &world, const Facts &facts, const BootPlan &plan) {
    constexpr std::uint64_t gibibyte = 1 << 30, rounding = 128 << 20;
    for (const ChosenEntry &entry : plan.entries) {
        bool fadump =
            entry.words.fadump ? !entry.words.fadump->empty() : facts.traits.mode == CrashMode::fadump;
        std::uint64_t least = (fadump ? 4 : 2) * gibibyte;
        if (facts.memory && *facts.memory + rounding < least) {
            world.complain(
                fmt::format("kdumpctl: this machine has less than {} GiB of memory, and the default "
                            "reserves nothing of it: going on without\n",
                            least / gibibyte));
            return;
        }
    }
}

// --- doing it

Result<Outcome> set_by_hand(const World &world, const Facts &facts, const BootPlan &plan, bool only_print) {
    if (!only_print)
        return fail(Cause::unsupported, "there is no boot loader here whose configuration can be changed",
                    "kdumpctl reset-crashkernel --print tells what to set by hand");
    return printed(world.print, by_hand_text(facts, plan.entries.front().words), Outcome::done);
}

Result<Outcome> plan_and_do(const World &world, const Facts &facts, const BootRequest &request,
                            bool only_print) {
    BootPlan plan = TRY(plan_boot_change(take_snapshot(boot_sources(), world.root), request, facts));
    if (plan.loader == Loader::none)
        return set_by_hand(world, facts, plan, only_print);
    warn_of_memory(world, facts, plan);
    for (const std::string &note : plan.notes)
        warn(world, note);
    if (only_print)
        return printed(world.print, plan_text(plan), Outcome::done);
    std::string backup = TRY(carry_out(world, plan));
    return printed(world.print, done_text(plan, backup), Outcome::done);
}

Result<Outcome> undo_last(const World &world, bool only_print) {
    Undo last = TRY(last_change(world));
    if (only_print)
        return printed(world.print, plan_text(last.plan), Outcome::done);
    TRY(undo(world, last));
    std::string text;
    for (const FileChange &change : last.plan.files)
        text += change.path + " is as it was\n";
    return printed(world.print, text + "The last change of the boot configuration is undone\n",
                   Outcome::done);
}

// The world of --root: another directory in front of all paths.
Result<World> world_of(const World &world, const VerbLine &line) {
    World here = world;
    auto root = line.value_of("root");
    if (!root)
        return here;
    here.root = *root;
    while (here.root.ends_with('/'))
        here.root.pop_back();
    if (!is_directory(here.root + "/"))
        return fail(Cause::missing_file, fmt::format("{} is no directory that can be read", printable(*root)),
                    "name the directory that the other system is mounted at");
    return here;
}

// Of packages: nothing is done where nobody wants it.
Result<Outcome> reset_for_package(const World &world, const BootRequest &request) {
    Snapshot snapshot = take_snapshot(package_sources(), world.root);
    auto conf = read_kdump_conf(snapshot.text(kdump_conf_path).value_or("")).conf;
    if (conf.value_of("auto_reset_crashkernel") == "no" || !is_enabled(snapshot))
        return Outcome::done;
    Descriptor turn = TRY(take_turn(world));
    Facts facts = TRY(look(world));
    BootPlan plan = TRY(plan_boot_change(take_snapshot(boot_sources(), world.root), request, facts));
    if (plan.loader == Loader::none)
        return Outcome::done;
    std::string backup = TRY(carry_out(world, plan));
    bool changes = std::ranges::any_of(plan.entries, &ChosenEntry::changes);
    return printed(world.print, changes ? done_text(plan, backup) : "", Outcome::done);
}

} // namespace

std::span<const Source> package_sources() { return for_packages; }

Result<Outcome> reset_crashkernel(const World &world, const VerbLine &line) {
    World here = TRY(world_of(world, line));
    bool only_print = line.has("print");
    std::optional<Descriptor> turn;
    if (!only_print && !line.has("root"))
        turn = TRY(take_turn(world));
    if (line.has("undo") && (line.has("kernel") || line.has("fadump")))
        return bad_usage(tables(), "--undo takes back a whole change, without --kernel and --fadump");
    if (line.has("undo"))
        return undo_last(here, only_print);
    if (line.has("reboot"))
        here.complain("kdumpctl: --reboot is no more: going on without; boot when it suits\n");
    Facts facts = TRY(look(here));
    return plan_and_do(here, facts, TRY(request_in(here, line, facts)), only_print);
}

Result<Outcome> reset_after_update(const World &world, const VerbLine &) {
    return reset_for_package(world, {.kernels = Kernels::all});
}

Result<Outcome> reset_for_installed(const World &world, const VerbLine &line) {
    return reset_for_package(world, {.kernels = Kernels::of_release, .name = *line.argument});
}

} // namespace kexec::kdumpctl
