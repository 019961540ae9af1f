// SPDX-License-Identifier: GPL-2.0-or-later
// The order of the steps: what can be refused comes first, and the kernel or the firmware last, so that a
// refusal leaves everything as it was.
#include "util/kdumpctl/service.h"

#include "base/text.h"
#include "machine/fadump_files.h"
#include "plan/command_line.h"
#include "util/kdumpctl/build.h"
#include "util/kdumpctl/config.h"
#include "util/kdumpctl/dracut.h"
#include "util/kdumpctl/named.h"
#include "util/kdumpctl/results.h"
#include "util/kdumpctl/server.h"
#include "util/kdumpctl/target_need.h"
#include "util/kdumpctl/verbs.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <unistd.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view id_path = "/etc/machine-id", release_path = "/proc/sys/kernel/osrelease";

// How long a server may take to answer, in seconds; kdump-utils gives one of ssh as long.
constexpr std::uint64_t patience_with_server = 180;

constexpr std::string_view labels_path = "/sys/fs/selinux/enforce";

constexpr std::array own_sources{
    Source{id_path, "the machine's name in boot entries"},
    Source{release_path, "which kernel is running"},
    Source{labels_path, "whether files have labels of SELinux", 1},
};

constexpr std::array followed{
    Source{fadump_hotplug_ready, "whether the kernel tells the firmware of changes of memory"},
};

Snapshot take(const World &world, const std::vector<std::span<const Source>> &lists) {
    std::vector<Source> all;
    for (auto list : lists)
        all.insert(all.end(), list.begin(), list.end());
    return take_snapshot(all, world.root);
}

// What the reservation has to hold: refused below that, or said, as the configuration has it.
Result<void> judge_reservation(const World &world, const Service &service, std::uint64_t initramfs_size) {
    Facts facts = service.facts;
    facts.initramfs = service.kernel.initramfs;
    facts.initramfs_size = initramfs_size;
    facts.of_configuration = parts_of_configuration(world, service);
    auto need = estimate(facts);
    if (!need || !facts.reserved)
        return {};
    std::uint64_t least = need->need.needed - reserve_in(need->need);
    if (*facts.reserved >= least)
        return {};
    constexpr std::uint64_t mebibyte = 1 << 20;
    std::string what = fmt::format("{}M is reserved, and the capture kernel needs {}M",
                                   *facts.reserved / mebibyte, (least + mebibyte - 1) / mebibyte);
    if (service.configuration.conf.value_of("small_reservation") == "warn") {
        warn(world, what + "; going on without enough");
        return {};
    }
    return fail(
        Cause::no_room, what,
        fmt::format("boot with {}; \"kdumpctl estimate\" shows the sum, and small_reservation warn in "
                    "/etc/kdump.conf loads it all the same",
                    need->need.words));
}

// A capture kernel stores its files without SELinux' labels; they get them at the next start. Nothing is kept
// from being armed by that.
std::optional<Step> label_step(const World &world, const Service &service) {
    if (!service.has_labels)
        return std::nullopt;
    auto places = dump_places(service, world);
    std::erase_if(places, [&](const std::string &place) { return !list_directory(world.root + place); });
    if (places.empty())
        return std::nullopt;
    std::vector<std::string> arguments{"-R"};
    arguments.insert(arguments.end(), places.begin(), places.end());
    auto step = run_step(world, "restorecon", std::move(arguments), "dumps have no labels of SELinux");
    if (!step)
        return Step{"", [&world, what = step.error().what]() -> Result<void> {
                        warn(world, what + "; dumps get no labels of SELinux");
                        return {};
                    }};
    return Step{step->text, [&world, act = std::move(step->act)]() -> Result<void> {
                    if (auto done = act(); !done)
                        warn(world, done.error().what + "; going on without");
                    return {};
                }};
}

// A network has to be told on the command line.
std::string words_for(const World &world, const Service &service) {
    return service.plan.userland.empty() ? std::string() : dracut_words(world, service);
}

// `more` stands at the end of the command line.
Result<Step> load_step(const World &world, const Service &service, const std::string &more) {
    std::vector<std::string> arguments;
    for (std::string_view word : words_of(service.configuration.variable("KEXEC_ARGS").value_or("")))
        arguments.emplace_back(word);
    arguments.insert(arguments.end(),
                     {"-p", service.kernel.path, "--initrd=" + service.kernel.initramfs,
                      "--command-line=" + capture_command_line(service.line, service.configuration, more)});
    return run_step(world, "kexec", std::move(arguments), "the crash kernel was not loaded");
}

Result<void> add_loading(const World &world, const Service &service, const Arming &arming, Steps &steps) {
    auto add_stop = [&] { std::ranges::copy(arming.before_loading, std::back_inserter(steps)); };
    if (service.facts.traits.mode == CrashMode::fadump) {
        add_stop();
        std::string words = fadump_arguments(service.line, service.configuration, arming.more);
        steps.push_back(TRY(run_step(world, "fadump", {"register", "--append=" + words},
                                     "firmware-assisted dump is not registered")));
        return {};
    }
    std::string words = words_for(world, service);
    if (auto kept = keep_words_step(world, words))
        steps.push_back(std::move(*kept));
    add_stop();
    steps.push_back(TRY(load_step(world, service, join_command_lines(words, arming.more))));
    return {};
}

// A file of the scripts' directories that is not executable is none of them: a README, an editor's copy.
void keep_programs(const World &world, std::vector<std::string> &paths) {
    std::erase_if(paths,
                  [&](const std::string &path) { return ::access((world.root + path).c_str(), X_OK) != 0; });
}

} // namespace

std::span<const Source> hotplug_sources() { return followed; }
std::span<const Source> service_sources() { return own_sources; }

Result<Configuration> look_at_configuration(const World &world) {
    return read_configuration(take_snapshot(config_sources(), world.root));
}

Result<Service> look_at_service(const World &world, Configuration configuration) {
    Snapshot snapshot = take(world, {line_sources(), capture_sources(), own_sources});
    Service service{.facts = TRY(look(world, estimate_sources())),
                    // cppcheck-suppress accessMoved ; it takes this move for one that came before
                    .configuration = std::move(configuration),
                    .line = understand_line(snapshot, world.architecture),
                    .capture = understand_capture(snapshot),
                    .kernel = {},
                    .plan = {},
                    .has_labels = snapshot.is_there(labels_path)};
    for (auto *scripts :
         {&service.capture.pre_scripts, &service.capture.post_scripts, &service.capture.emergency_scripts})
        keep_programs(world, *scripts);
    KernelSearch search(service.configuration, snapshot.word(release_path).value_or(""), service.line.running,
                        snapshot.word(id_path).value_or(""));
    service.kernel = TRY(search.find(take_snapshot(search.sources(), world.root)));
    service.plan = TRY(plan_capture(service.configuration, service.capture));
    return service;
}

Result<void> check_feasibility(const Facts &facts) {
    if (!facts.armed)
        return fail(Cause::unsupported, "this kernel cannot load a crash kernel",
                    "boot one with CONFIG_CRASH_DUMP and CONFIG_KEXEC, and mount /sys");
    if (facts.traits.mode == CrashMode::fadump)
        return {};
    if (facts.reserved.value_or(0) == 0)
        return fail(Cause::no_reservation, "no memory is reserved for a crash kernel",
                    fmt::format("boot with {}; \"kdumpctl reset-crashkernel\" has the boot loader say so",
                                default_words(facts)));
    if (facts.load_disabled)
        return fail(Cause::unsupported, "loading is switched off until the next boot (kexec_load_disabled)",
                    "boot again");
    return {};
}

Result<Steps> steps_to_build(const World &world, const Service &service, Rebuild rebuild) {
    Built built = TRY(build_initramfs(world, service, rebuild));
    return std::move(built.steps);
}

Result<void> reach_server(const World &world, const Configuration &configuration) {
    if (!is_on_server(configuration))
        return {};
    auto reached = TRY(server_step(world, configuration, patience_with_server)).act();
    if (!reached)
        return at_place(configuration.conf.target->place, reached.error());
    return {};
}

Result<Steps> steps_to_arm(const World &world, const Service &service, const Arming &arming) {
    if (arming.rebuild != Rebuild::never)
        TRY(check_named(world, service));
    Built built = TRY(build_initramfs(world, service, arming.rebuild));
    Steps steps;
    if (auto label = label_step(world, service))
        steps.push_back(std::move(*label));
    std::ranges::move(built.steps, std::back_inserter(steps));
    if (service.facts.traits.mode == CrashMode::kdump) {
        if (!service.kernel.normal.empty())
            steps.push_back(restore_step(world, service.kernel.normal));
        steps.push_back({"", [&world, &service, size = std::move(built.size)]() -> Result<void> {
                             return judge_reservation(world, service, TRY(size()));
                         }});
    }
    TRY(add_loading(world, service, arming, steps));
    return steps;
}

Result<Steps> steps_to_disarm(const World &world, const Facts &facts) {
    if (facts.traits.mode == CrashMode::fadump)
        return Steps{
            TRY(run_step(world, "fadump", {"unregister"}, "firmware-assisted dump is still registered"))};
    return Steps{TRY(run_step(world, "kexec", {"-p", "-u"}, "the crash kernel was not unloaded"))};
}

} // namespace kexec::kdumpctl
