// SPDX-License-Identifier: GPL-2.0-or-later
// Our module of dracut, kdump-toolkit, starts the capture program where a root file system would be mounted.
// What it is to do, and the programs that takes, go in by dracut's own options.
#include "util/kdumpctl/dracut.h"

#include "base/digest.h"
#include "base/new_file.h"
#include "base/text.h"
#include "capture/check_target.h"
#include "capture/layout.h"
#include "util/kdumpctl/layers.h"
#include "util/kdumpctl/network.h"
#include "util/kdumpctl/server.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view module = "kdump-toolkit";
constexpr std::string_view notifier = "fence_kdump_send";
constexpr std::string_view state_directory = "/var/lib/kdump";
constexpr std::string_view settings_copy = "/var/lib/kdump/dracut.settings";
constexpr std::string_view mount_copy = "/var/lib/kdump/dracut.mount";
constexpr std::string_view network_copy = "/var/lib/kdump/dracut.network";
constexpr std::uint64_t longest_words = 4096;
// The last one is asked for by a file of Debian's dracut-network; without a network it ends dracut.
constexpr std::string_view unneeded = "plymouth resume ifcfg";
// All interfaces, where nothing better is known.
constexpr std::string_view wish_for_network = "rd.neednet=1", any_network = "ip=dhcp";
// In the initramfs.
constexpr std::string_view program_place = "/usr/libexec/kdump-capture", mount_place = "/kdump/mount";
constexpr std::uint64_t largest_program = 256 << 20;

constexpr std::array<std::string_view, 5> handlers{"network-manager", "network-legacy", "network-wicked",
                                                   "systemd-networkd", "connman"};
constexpr std::string_view dracut_modules = "/usr/lib/dracut/modules.d";
constexpr std::array handler_sources{
    // dracut's own first
    Source{"/usr/lib/dracut/modules.d/*/ifup.sh", "whether dracut brings networks up by itself", 1},
    Source{"/usr/libexec/nm-initrd-generator", "whether NetworkManager does it for dracut", 1},
    Source{"/usr/lib/nm-initrd-generator", "the same", 1},
    Source{"/usr/lib/NetworkManager/nm-initrd-generator", "the same", 1},
    Source{"/usr/lib/systemd/system/wicked.service", "whether wicked does", 1},
    Source{"/usr/lib/systemd/system/connman.service", "whether ConnMan does", 1},
};
constexpr std::array further_sources{
    Source{network_copy, "how the network came up the last time"},
    Source{"/etc/resolv.conf",
           "the name servers, where the server has a name and this machine a static address"},
    Source{"/etc/crypttab", "the key file of an encrypted target"},
};
constexpr auto all_sources = [] {
    std::array<Source, handler_sources.size() + further_sources.size()> all{};
    std::ranges::copy(further_sources, std::ranges::copy(handler_sources, all.begin()).out);
    return all;
}();

bool has_target(const CapturePlan &plan, std::string_view type) {
    for (const capture::Target &target : plan.settings.targets)
        if (target.type == type)
            return true;
    return false;
}

// "network" takes the module of the service whose files dracut finds, and else that of systemd-networkd,
// which dracut refuses where D-Bus is not installed. The one that is dracut's own needs no service; a choice
// in dracut_args stands.
std::string network_modules(const World &world, std::string_view dracut_args) {
    Snapshot snapshot = take_snapshot(handler_sources, world.root);
    bool is_chosen = false, has_own = !snapshot.names_in(dracut_modules).empty();
    for (std::string_view handler : handlers)
        is_chosen |= dracut_args.find(handler) != std::string_view::npos;
    for (const Source &service : std::span(handler_sources).subspan(1))
        is_chosen |= snapshot.is_there(service.path);
    bool takes_own = has_own && !is_chosen && world.find_program("dhclient") && world.find_program("arping");
    return takes_own ? "network-legacy network" : "network";
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

// dracut copies what it has made into the file it is told, which is half of one meanwhile.
std::string made_path(const Service &service) {
    return NewFile::incomplete_path_of(service.kernel.initramfs);
}

// Modules of dracut's for what a target lies on, and the files that these need.
Result<void> add_layers(const World &world, const CapturePlan &plan, std::vector<std::string> &modules,
                        std::vector<std::string> &files) {
    for (const capture::Target &target : plan.settings.targets) {
        TRY(capture::check_target(world.root, target));
        std::vector<Layer> layers = layers_below(world, target);
        for (const Layer &layer : layers)
            if (std::ranges::find(modules, layer.kind) == modules.end())
                modules.emplace_back(layer.kind);
        for (std::string &file : TRY(key_files(world, layers)))
            files.push_back(std::move(file));
    }
    return {};
}

void add_targets(const CapturePlan &plan, std::vector<std::string> &words) {
    std::vector<std::string> drivers;
    for (const capture::Target &target : plan.settings.targets) {
        if (std::string path = lasting_path(target); !path.empty())
            words.insert(words.end(), {"--add-device", path});
        if (!target.type.empty() && target.type != "raw" && target.type != "directory" &&
            target.type != "ssh")
            drivers.push_back(target.type);
        if (!target.key.empty())
            words.insert(words.end(), {"--include", target.key, target.key});
    }
    if (!drivers.empty())
        words.insert(words.end(), {"--add-drivers", joined(drivers)});
}

Result<std::vector<std::string>> arguments_of(const World &world, const Service &service,
                                              const capture::Wish &wish) {
    std::vector<std::string> modules{std::string(module)}, files;
    TRY(add_layers(world, service.plan, modules, files));
    if (needs_network(service.plan))
        modules.push_back(network_modules(world, service.configuration.conf.value_of("dracut_args")));
    if (!service.plan.mount.empty())
        modules.emplace_back("nfs");
    std::vector<std::string> words{"--force",
                                   "--quiet",
                                   "--hostonly",
                                   "--no-hostonly-default-device",
                                   "--omit",
                                   std::string(unneeded),
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
    add_targets(service.plan, words);
    if (has_target(service.plan, "ssh"))
        std::ranges::copy(ssh_files(world), std::back_inserter(files));
    for (const std::string &path : files)
        words.insert(words.end(), {"--include", path, path});
    // These are loaded, not only there for whoever asks.
    if (!wish.extra_modules.empty())
        words.insert(words.end(), {"--force-drivers", joined(wish.extra_modules)});
    for (std::string_view word : words_of(service.configuration.conf.value_of("dracut_args")))
        words.emplace_back(unquoted(word));
    words.insert(words.end(), {made_path(service), service.kernel.release});
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
        bool is_result = path == made_path(service);
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

// Who is at the other end.
std::string partner_of(const CapturePlan &plan) {
    for (const capture::Target &target : plan.settings.targets)
        if (target.type == "ssh")
            return host_in(target.source);
    if (!plan.mount.empty())
        return host_in(words_of(plan.mount).front());
    return std::string(words_of(plan.settings.fence).back());
}

// Somebody has written down how the network comes up, for this kernel or for the other one.
bool says_network(const Service &service) {
    std::string line = capture_command_line(service.line, service.configuration);
    for (std::string_view word : words_of(line))
        if (word.starts_with("ip="))
            return true;
    return false;
}

std::string kept_words(const World &world) {
    auto content = read_start_of_file(world.root + std::string(network_copy), longest_words);
    return content ? std::string(trimmed(as_text(*content))) : std::string();
}

} // namespace

std::span<const Source> dracut_sources() { return all_sources; }

Result<Steps> steps_of_dracut(const World &world, const Service &service, const capture::Wish &wish,
                              Rebuild rebuild) {
    if (!service.plan.settings.fence.empty() && !world.find_program(notifier))
        return fail(Cause::missing_file, fmt::format("{} is not installed", notifier),
                    "install it (Debian, Fedora: fence-agents-kdump or fence-agents)");
    std::string settings = TRY(capture::settings_text(service.plan.settings));
    std::vector<std::string> arguments = TRY(arguments_of(world, service, wish));
    Step run = TRY(run_step(world, "dracut", arguments, "the capture initramfs was not made"));
    std::string recipe = recipe_of(world, service, arguments, settings);
    if (rebuild != Rebuild::always && is_current(world, service, recipe))
        return Steps{};
    // The old recipe goes first: a dracut that is interrupted leaves no initramfs that counts as current.
    Steps steps{write_step(world, recipe_path(service), {}),
                write_step(world, std::string(settings_copy), bytes_of(settings))};
    if (!service.plan.mount.empty())
        steps.push_back(write_step(world, std::string(mount_copy), bytes_of(service.plan.mount + "\n")));
    steps.push_back(naming_step(world, service.kernel.initramfs, std::move(run)));
    steps.push_back(write_step(world, recipe_path(service), bytes_of(recipe)));
    return steps;
}

std::string dracut_words(const World &world, const Service &service) {
    if (!needs_network(service.plan))
        return {};
    if (says_network(service))
        return std::string(wish_for_network);
    std::string words = network_words(world, partner_of(service.plan));
    if (words.empty())
        words = kept_words(world);
    return fmt::format("{} {}", wish_for_network, words.empty() ? any_network : words);
}

std::optional<Step> keep_words_step(const World &world, const std::string &words) {
    std::string found = words.substr(std::min(wish_for_network.size() + 1, words.size()));
    if (found.empty() || found == any_network || found == kept_words(world))
        return std::nullopt;
    return write_step(world, std::string(network_copy), bytes_of(found + "\n"));
}

} // namespace kexec::kdumpctl
