// SPDX-License-Identifier: GPL-2.0-or-later
// Our module of dracut, kdump-toolkit, starts the capture program where a root file system would be mounted.
// What it is to do, and the programs that takes, go in by dracut's own options.
#include "util/kdumpctl/dracut.h"

#include "base/digest.h"
#include "base/text.h"
#include "capture/layout.h"
#include "util/kdumpctl/server.h"

#include <fmt/format.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view module = "kdump-toolkit";
constexpr std::string_view notifier = "fence_kdump_send";
constexpr std::string_view state_directory = "/var/lib/kdump";
constexpr std::string_view settings_copy = "/var/lib/kdump/dracut.settings";
constexpr std::string_view mount_copy = "/var/lib/kdump/dracut.mount";
// In the initramfs.
constexpr std::string_view program_place = "/usr/libexec/kdump-capture", mount_place = "/kdump/mount";
constexpr std::uint64_t largest_program = 256 << 20;

bool has_target(const CapturePlan &plan, std::string_view type) {
    for (const capture::Target &target : plan.settings.targets)
        if (target.type == type)
            return true;
    return false;
}

bool needs_network(const CapturePlan &plan) {
    return has_target(plan, "ssh") || !plan.mount.empty() || !plan.settings.fence.empty();
}

// The programs of the system's that the capture program runs.
std::vector<std::string> programs_of(const Service &service) {
    const capture::Settings &settings = service.plan.settings;
    std::vector<std::string> programs = service.plan.programs;
    for (const std::string &hook : {settings.pre, settings.post, settings.emergency})
        if (!hook.empty())
            programs.push_back(hook);
    for (const auto *scripts : {&settings.pre_scripts, &settings.post_scripts, &settings.emergency_scripts})
        programs.insert(programs.end(), scripts->begin(), scripts->end());
    auto collector = words_of(settings.collector);
    if (!collector.empty() && collector.front() != "cp" && collector.front() != "cat")
        programs.emplace_back(collector.front());
    if (has_target(service.plan, "ssh"))
        programs.emplace_back("ssh");
    if (!settings.fence.empty())
        programs.emplace_back(notifier);
    return programs;
}

std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<std::string> arguments_of(const World &world, const Service &service, const capture::Wish &wish) {
    std::vector<std::string> modules{std::string(module)}, drivers = wish.extra_modules;
    if (needs_network(service.plan))
        modules.emplace_back("network");
    if (!service.plan.mount.empty())
        modules.emplace_back("nfs");
    std::vector<std::string> words{"--force",
                                   "--quiet",
                                   "--hostonly",
                                   "--no-hostonly-default-device",
                                   "--omit",
                                   "plymouth resume",
                                   "--add",
                                   joined(modules),
                                   "--include",
                                   wish.program,
                                   std::string(program_place),
                                   "--include",
                                   std::string(settings_copy),
                                   std::string(capture::settings_path),
                                   "--install",
                                   joined(programs_of(service))};
    if (!service.plan.mount.empty())
        words.insert(words.end(), {"--include", std::string(mount_copy), std::string(mount_place)});
    for (const capture::Target &target : service.plan.settings.targets) {
        if (target.source.starts_with("/dev/"))
            words.insert(words.end(), {"--add-device", target.source});
        if (!target.type.empty() && target.type != "raw" && target.type != "directory" &&
            target.type != "ssh")
            drivers.push_back(target.type);
        if (!target.key.empty())
            words.insert(words.end(), {"--include", target.key, target.key});
    }
    if (has_target(service.plan, "ssh"))
        for (const std::string &path : ssh_files(world))
            words.insert(words.end(), {"--include", path, path});
    if (!drivers.empty())
        words.insert(words.end(), {"--add-drivers", joined(drivers)});
    for (std::string_view word : words_of(service.configuration.conf.value_of("dracut_args")))
        words.emplace_back(unquoted(word));
    words.insert(words.end(), {service.kernel.initramfs, service.kernel.release});
    return words;
}

// Everything that the initramfs follows from: what dracut is told, and the content of the files named there.
std::string recipe_of(const World &world, const Service &service, const std::vector<std::string> &arguments,
                      const std::string &settings) {
    std::string recipe = settings + service.plan.mount + "\n";
    std::vector<std::string> paths = programs_of(service);
    paths.insert(paths.end(), arguments.begin(), arguments.end());
    paths.insert(paths.end(), {"/etc/fstab", "/lib/modules/" + service.kernel.release + "/modules.dep"});
    for (const std::string &path : paths) {
        recipe += path;
        bool is_result = path == service.kernel.initramfs;
        if (path.starts_with('/') && !is_result && path != settings_copy && path != mount_copy)
            if (auto content = read_file(world.root + path, largest_program))
                for (std::byte byte : sha1_of(*content))
                    recipe += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
        recipe += "\n";
    }
    return recipe;
}

std::string recipe_path(const Service &service) {
    const std::string &path = service.kernel.initramfs;
    return std::string(state_directory) + path.substr(path.rfind('/')) + ".recipe";
}

bool is_current(const World &world, const Service &service, const std::string &recipe) {
    auto content = read_file(world.root + recipe_path(service), largest_program);
    auto initramfs = read_start_of_file(world.root + service.kernel.initramfs, 1);
    return initramfs && content && as_text(*content) == recipe;
}

Buffer bytes_of(const std::string &text) {
    Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

} // namespace

Result<Steps> steps_of_dracut(const World &world, const Service &service, const capture::Wish &wish,
                              Rebuild rebuild) {
    if (!service.plan.settings.fence.empty() && !world.find_program(notifier))
        return fail(Cause::missing_file, fmt::format("{} is not installed", notifier),
                    "install it (Debian, Fedora: fence-agents-kdump or fence-agents)");
    std::string settings = TRY(capture::settings_text(service.plan.settings));
    std::vector<std::string> arguments = arguments_of(world, service, wish);
    Step run = TRY(run_step(world, "dracut", arguments, "the capture initramfs was not made"));
    std::string recipe = recipe_of(world, service, arguments, settings);
    if (rebuild != Rebuild::always && is_current(world, service, recipe))
        return Steps{};
    // The old recipe goes first: a dracut that is interrupted leaves no initramfs that counts as current.
    Steps steps{write_step(world, recipe_path(service), {}),
                write_step(world, std::string(settings_copy), bytes_of(settings))};
    if (!service.plan.mount.empty())
        steps.push_back(write_step(world, std::string(mount_copy), bytes_of(service.plan.mount + "\n")));
    steps.push_back(std::move(run));
    steps.push_back(write_step(world, recipe_path(service), bytes_of(recipe)));
    return steps;
}

// The running kernel's interfaces come up by themselves there where the firmware or DHCP says how.
std::string dracut_words(const CapturePlan &plan) {
    return needs_network(plan) ? "rd.neednet=1 ip=dhcp" : "";
}

} // namespace kexec::kdumpctl
