// SPDX-License-Identifier: GPL-2.0-or-later
// The same things are looked at as at a start, whose errors become findings.
#include "util/kdumpctl/target_check.h"

#include "base/text.h"
#include "util/kdumpctl/named.h"
#include "util/kdumpctl/server.h"
#include "util/kdumpctl/service.h"
#include "util/kdumpctl/verbs.h"

#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view network_directory = "/sys/class/net";
constexpr std::array interfaces{Source{"/sys/class/net/*/ifindex", "the names of network interfaces"}};

class Checker {
public:
    Checker(const World &world, const Configuration &configuration)
        : world_(world), configuration_(configuration), conf_(configuration.conf) {}

    Findings check() {
        take(missing_programs(world_, conf_));
        check_key();
        check_resume();
        check_service();
        return std::move(findings_);
    }

private:
    Place place_of(std::string_view directive) const {
        auto found = conf_.values.find(directive);
        return found == conf_.values.end() ? Place{} : in_this_file(found->second.place);
    }
    static Place in_this_file(Place place) { return place.line > 0 ? place : Place{}; }
    Place target_place() const { return conf_.target ? in_this_file(conf_.target->place) : place_of("path"); }
    bool has_target(std::string_view type) const { return conf_.target && conf_.target->type == type; }
    bool is_there(std::string_view path) const {
        Source source{path, "", 1};
        return take_snapshot({&source, 1}, world_.root).is_there(path);
    }
    void add(Place place, Gravity gravity, std::string what, std::string remedy) {
        findings_.push_back({place, gravity, std::move(what), std::move(remedy)});
    }

    void take(const Findings &found) { findings_.insert(findings_.end(), found.begin(), found.end()); }
    void check_key();
    void check_resume();
    void check_service();
    void check_server();
    void check_interfaces(const Service &service);

    const World &world_;
    const Configuration &configuration_;
    const KdumpConf &conf_;
    Findings findings_;
};

void Checker::check_key() {
    std::string_view key = conf_.value_of("sshkey");
    if (has_target("ssh") && !is_there(key))
        add(place_of("sshkey"), Gravity::error, fmt::format("the key {} is not there", printable(key)),
            "\"kdumpctl propagate\" makes it");
}

void Checker::check_resume() {
    auto facts = look(world_);
    if (facts && facts->traits.mode == CrashMode::kdump && conf_.value_of("final_action") == "resume")
        add(place_of("final_action"), Gravity::warning,
            "only firmware-assisted dump can go on booting: with a crash kernel this is reboot",
            "write final_action reboot");
}

void Checker::check_service() {
    auto service = look_at_service(world_, configuration_);
    if (!service)
        return add(target_place(), Gravity::error, service.error().what, service.error().remedy);
    Findings missing = missing_places(world_, *service);
    if (!missing.empty())
        return take(missing);
    auto steps = steps_to_build(world_, *service, Rebuild::needed);
    if (!steps)
        return add(target_place(), Gravity::error, steps.error().what, steps.error().remedy);
    check_interfaces(*service);
    check_server();
}

void Checker::check_server() {
    if (!is_on_server(configuration_) || !findings_.empty())
        return;
    constexpr std::uint64_t once = 0;
    auto step = server_step(world_, configuration_, once);
    auto done = step ? step->act() : Result<void>(Failure(step.error()));
    if (!done)
        add(target_place(), Gravity::error, done.error().what, done.error().remedy);
}

void Checker::check_interfaces(const Service &service) {
    bool is_remote = has_target("ssh") || !service.plan.mount.empty();
    if (!is_remote || service.facts.traits.mode != CrashMode::fadump)
        return;
    for (const std::string &name : take_snapshot(interfaces, world_.root).names_in(network_directory))
        if (name.starts_with("eth"))
            add(target_place(), Gravity::warning,
                fmt::format("the interface {} gets the name kdump-{} in every boot with this initramfs", name,
                            name),
                "give it a name of its own, by a rule of udev or a .link file of systemd");
}

} // namespace

std::span<const Source> target_sources() { return interfaces; }

Findings check_on_machine(const World &world, const Configuration &configuration) {
    return Checker(world, configuration).check();
}

} // namespace kexec::kdumpctl
