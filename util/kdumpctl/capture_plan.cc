// SPDX-License-Identifier: GPL-2.0-or-later
// Where `path` starts from follows kdump.conf(5): below the target that is named, or else from the running
// system's root, whatever file system that leads into.
#include "util/kdumpctl/capture_plan.h"

#include "base/text.h"
#include "capture/mounts.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view mounts_path = "/proc/self/mountinfo";
constexpr std::string_view devices_path = "/sys/dev/block/*/uevent";
constexpr std::string_view host_path = "/proc/sys/kernel/hostname";
constexpr std::string_view addresses_path = "/proc/net/fib_trie";
constexpr std::string_view pre_directory = "/etc/kdump/pre.d", post_directory = "/etc/kdump/post.d",
                           emergency_directory = "/etc/kdump/emergency.d";
// Where dracut mounts what the capture program is to store below.
constexpr std::string_view mount_place = "/kdumproot";

constexpr std::array all_sources{
    Source{mounts_path, "which file system a dump goes to"},
    Source{devices_path, "the name of the device that the kernel itself has mounted as /dev/root"},
    Source{host_path, "this machine's name"},
    Source{addresses_path, "this machine's address"},
    Source{"/etc/kdump/pre.d/*", "scripts that run before a dump is stored", 1},
    Source{"/etc/kdump/post.d/*", "scripts that run behind", 1},
    Source{"/etc/kdump/emergency.d/*", "scripts that run where nothing else can", 1},
};

constexpr std::array<std::string_view, 6> lost_types{"tmpfs",  "ramfs",    "overlay",
                                                     "rootfs", "squashfs", "devtmpfs"};
constexpr std::array<std::string_view, 3> network_types{"nfs", "nfs4", "cifs"};

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count> &names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> files_in(const Snapshot &snapshot, std::string_view directory) {
    std::vector<std::string> paths;
    for (const std::string &name : snapshot.names_in(directory))
        paths.push_back(fmt::format("{}/{}", directory, name));
    return paths;
}

// By its number, MAJOR:MINOR; empty where the kernel has no name for it.
std::string device_of(const Snapshot &snapshot, std::string_view number) {
    constexpr std::string_view key = "DEVNAME=";
    for (std::string_view line :
         lines_of(snapshot.text(fmt::format("/sys/dev/block/{}/uevent", number)).value_or("")))
        if (line.starts_with(key))
            return fmt::format("/dev/{}", line.substr(key.size()));
    return {};
}

// Where no initramfs mounts the root file system, mountinfo calls its device by a name that no device has;
// its number stands in the third column.
std::string named_mounts(const Snapshot &snapshot) {
    constexpr std::string_view no_name = " /dev/root ";
    std::string text;
    for (std::string_view line : lines_of(snapshot.text(mounts_path).value_or(""))) {
        std::string mount(line);
        auto words = words_of(line);
        std::size_t at = line.find(no_name, line.find(" - "));
        bool is_nameless = at != std::string_view::npos && words.size() > 2;
        std::string device = is_nameless ? device_of(snapshot, words[2]) : "";
        if (!device.empty())
            mount.replace(at, no_name.size(), " " + device + " ");
        text += mount + "\n";
    }
    return text;
}

// The kernel lists its routes as a tree: "|-- ADDRESS", and below it "/32 host LOCAL" for one of its own.
std::string own_address(std::string_view routes) {
    constexpr std::string_view mark = "|-- ";
    std::string_view address;
    for (std::string_view line : lines_of(routes)) {
        if (std::size_t at = line.find(mark); at != std::string_view::npos)
            address = trimmed(line.substr(at + mark.size()));
        else if (line.find("host LOCAL") != std::string_view::npos && !address.starts_with("127."))
            return std::string(address);
    }
    return {};
}

std::string below(std::string_view place, std::string_view path) {
    return std::string(place) + (path.starts_with('/') ? "" : "/") + std::string(path);
}

class Planner {
public:
    Planner(const Configuration &configuration, const CaptureFacts &facts)
        : configuration_(configuration), conf_(configuration.conf), facts_(facts) {}

    Result<CapturePlan> plan() {
        fill_settings();
        TRY(choose_target());
        if (conf_.value_of("failure_action") == "dump_to_rootfs")
            TRY(add_root());
        look_for_userland();
        return std::move(plan_);
    }

private:
    void fill_settings();
    Result<void> choose_target();
    Result<void> take_place(std::string_view path);
    void take_network_mount(std::string_view source, std::string_view type, std::string_view options,
                            std::string_view path);
    Result<void> add_root();
    void look_for_userland();
    std::string notification() const;
    void need(std::string reason) {
        if (plan_.userland.empty())
            plan_.userland = std::move(reason);
    }
    void add_target(std::string_view type, std::string_view source, std::string_view options,
                    std::string_view path) {
        plan_.settings.targets.push_back({.type = std::string(type),
                                          .source = std::string(source),
                                          .options = std::string(options),
                                          .path = below("", path),
                                          .key = {},
                                          .size = 0});
    }

    const Configuration &configuration_;
    const KdumpConf &conf_;
    const CaptureFacts &facts_;
    CapturePlan plan_;
};

capture::Action action_named(std::string_view name) {
    for (auto action :
         {capture::Action::halt, capture::Action::poweroff, capture::Action::shell, capture::Action::resume})
        if (name == capture::name_of(action))
            return action;
    return capture::Action::reboot; // dump_to_rootfs is another target
}

void Planner::fill_settings() {
    capture::Settings &settings = plan_.settings;
    settings.directory_name = conf_.value_of("directory_name");
    settings.host = facts_.host;
    settings.address = facts_.address;
    settings.collector = conf_.value_of("core_collector");
    settings.failure_action = action_named(conf_.value_of("failure_action"));
    settings.final_action = action_named(conf_.value_of("final_action"));
    settings.time_limit = parse_decimal(conf_.value_of("time_limit")).value_or(settings.time_limit);
    settings.pre = conf_.value_of("kdump_pre");
    settings.post = conf_.value_of("kdump_post");
    settings.pre_scripts = facts_.pre_scripts;
    settings.post_scripts = facts_.post_scripts;
    settings.emergency = conf_.value_of("kdump_emergency");
    settings.emergency_scripts = facts_.emergency_scripts;
    settings.fence = notification();
    for (std::string_view module : words_of(conf_.value_of("extra_modules")))
        plan_.extra_modules.emplace_back(module);
    for (std::string_view program : words_of(conf_.value_of("extra_bins")))
        plan_.programs.emplace_back(unquoted(program));
}

// What fence_kdump_send is told: the other nodes of the cluster, and how. This machine needs no answer.
std::string Planner::notification() const {
    std::string nodes, arguments(conf_.value_of("fence_kdump_args"));
    for (std::string_view node : words_of(conf_.value_of("fence_kdump_nodes")))
        if (node != facts_.host && node != facts_.address)
            nodes += fmt::format(" {}", node);
    return nodes.empty() ? "" : std::string(trimmed(arguments + nodes));
}

// The file system that a path of the running system lies in.
Result<void> Planner::take_place(std::string_view path) {
    auto target = capture::target_of_path(facts_.mounts, path);
    if (!target)
        return fail(Cause::missing_file,
                    fmt::format("{} lies in no file system that is mounted", printable(path)),
                    "name the target of dumps in /etc/kdump.conf");
    if (is_one_of(lost_types, target->type))
        return fail(Cause::unsupported,
                    fmt::format("{} lies in a {}, which does not outlive a crash", printable(path),
                                target->type),
                    "name the target of dumps in /etc/kdump.conf, as ext4 UUID=...");
    if (is_one_of(network_types, target->type))
        take_network_mount(target->source, target->type, target->options, target->path);
    else
        plan_.settings.targets.push_back(std::move(*target));
    return {};
}

void Planner::take_network_mount(std::string_view source, std::string_view type, std::string_view options,
                                 std::string_view path) {
    plan_.mount =
        fmt::format("{} {} {} {}", source, mount_place, type, options.empty() ? "defaults" : options);
    need(fmt::format("a target of type {} needs its programs", type));
    add_target("directory", "", "", below(mount_place, path));
}

Result<void> Planner::choose_target() {
    std::string_view path = conf_.value_of("path");
    if (!conf_.target)
        return take_place(path);
    const auto &[type, source, place] = *conf_.target;
    if (type == "nfs") {
        take_network_mount(source, "nfs", configuration_.mount_options, path);
    } else if (type == "ssh") {
        add_target("ssh", source, "", path);
        plan_.settings.targets.back().key = conf_.value_of("sshkey");
        need("a target of type ssh needs its programs");
    } else if (type == "mount") {
        auto words = words_of(source);
        std::string_view options = words.size() > 3 ? words[3] : "";
        if (is_one_of(network_types, words[2]))
            take_network_mount(words[0], words[2], options, path);
        else
            add_target(words[2], words[0], options, path);
    } else {
        add_target(type, source, "", path); // of a raw one, where the next start stores
    }
    return {};
}

Result<void> Planner::add_root() {
    auto root = capture::target_of_path(facts_.mounts, "/");
    if (!root || is_one_of(lost_types, root->type) || is_one_of(network_types, root->type))
        return fail(Cause::unsupported, "failure_action dump_to_rootfs: the root file system is on no disk",
                    "choose another failure_action");
    root->path = below(root->path == "/" ? "" : root->path, conf_.value_of("path"));
    plan_.settings.targets.push_back(std::move(*root));
    return {};
}

void Planner::look_for_userland() {
    for (std::string_view directive :
         {"kdump_pre", "kdump_post", "kdump_emergency", "extra_bins", "dracut_args", "fence_kdump_nodes"})
        if (!conf_.value_of(directive).empty())
            need(fmt::format("{} needs more programs than the capture program", directive));
    for (const auto *scripts : {&facts_.pre_scripts, &facts_.post_scripts, &facts_.emergency_scripts})
        if (!scripts->empty())
            need(fmt::format("{} needs a shell", scripts->front()));
    if (conf_.value_of("failure_action") == "shell")
        need("failure_action shell needs a shell");
    auto collector = words_of(conf_.value_of("core_collector"));
    std::string_view name = collector.front().substr(collector.front().rfind('/') + 1);
    if (name != "makedumpfile" && name != "cp" && name != "cat")
        need(fmt::format("the collector {} is another program", printable(name)));
}

} // namespace

std::span<const Source> capture_sources() { return all_sources; }

CaptureFacts understand_capture(const Snapshot &snapshot) {
    return {.mounts = named_mounts(snapshot),
            .host = std::string(snapshot.word(host_path).value_or("")),
            .address = own_address(snapshot.text(addresses_path).value_or("")),
            .pre_scripts = files_in(snapshot, pre_directory),
            .post_scripts = files_in(snapshot, post_directory),
            .emergency_scripts = files_in(snapshot, emergency_directory)};
}

bool needs_network(const CapturePlan &plan) {
    bool has_ssh = std::ranges::any_of(plan.settings.targets,
                                       [](const capture::Target &target) { return target.type == "ssh"; });
    return has_ssh || !plan.mount.empty() || !plan.settings.fence.empty();
}

Result<CapturePlan> plan_capture(const Configuration &configuration, const CaptureFacts &facts) {
    return Planner(configuration, facts).plan();
}

} // namespace kexec::kdumpctl
