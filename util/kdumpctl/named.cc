// SPDX-License-Identifier: GPL-2.0-or-later
#include "util/kdumpctl/named.h"

#include "base/file.h"
#include "base/text.h"
#include "capture/check_target.h"
#include "util/kdumpctl/results.h"

#include <array>
#include <fmt/core.h>
#include <unistd.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::array<std::string_view, 4> program_directives{"kdump_pre", "kdump_post", "kdump_emergency",
                                                             "extra_bins"};

void look_for(const World &world, std::string_view path, Place place, Findings &findings) {
    std::string file = world.root + std::string(path);
    if (::access(file.c_str(), F_OK) != 0)
        findings.push_back({place, Gravity::error, fmt::format("{} is not there", printable(path)),
                            "install it, or correct the path"});
    else if (::access(file.c_str(), X_OK) != 0 || is_directory(file))
        findings.push_back({place, Gravity::error, fmt::format("{} is no program", printable(path)),
                            "name an executable file (chmod +x makes it one)"});
}

void look_for_path(const World &world, const Service &service, Findings &findings) {
    const KdumpConf &conf = service.configuration.conf;
    auto path = conf.values.find("path");
    if (path == conf.values.end() || path->second.place.line == 0)
        return;
    std::string place =
        conf.target ? dump_place(service.plan.settings.targets.front(), service, world) : path->second.text;
    if (!place.empty() && !is_directory(world.root + place))
        findings.push_back({path->second.place, Gravity::error,
                            fmt::format("there is no directory {}, where path leads to", printable(place)),
                            "make it (mkdir -p), or correct the path"});
}

} // namespace

Findings missing_programs(const World &world, const KdumpConf &conf) {
    Findings findings;
    for (std::string_view directive : program_directives)
        if (auto value = conf.values.find(directive); value != conf.values.end())
            for (WordAt word : words_at(value->second.text)) {
                Place place = value->second.place;
                place.column += word.offset;
                look_for(world, unquoted(word.text), place, findings);
            }
    return findings;
}

Findings missing_places(const World &world, const Service &service) {
    Findings findings;
    const auto &target = service.configuration.conf.target;
    if (target)
        if (auto checked = capture::check_target(world.root, service.plan.settings.targets.front()); !checked)
            findings.push_back({target->place, Gravity::error, checked.error().what, checked.error().remedy});
    look_for_path(world, service, findings);
    return findings;
}

Result<void> check_named(const World &world, const Service &service) {
    Findings findings = missing_programs(world, service.configuration.conf);
    for (Finding &finding : missing_places(world, service))
        findings.push_back(std::move(finding));
    return refused_for(findings, "the configuration names what is not here");
}

} // namespace kexec::kdumpctl
