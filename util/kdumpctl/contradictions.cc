// SPDX-License-Identifier: GPL-2.0-or-later
// Directives that are right alone and wrong, or without effect, together.
#include "util/kdumpctl/contradictions.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

const Value *find(const KdumpConf &conf, std::string_view directive) {
    auto found = conf.values.find(directive);
    return found == conf.values.end() ? nullptr : &found->second;
}

bool has_target(const KdumpConf &conf, std::string_view type) {
    return conf.target && conf.target->type == type;
}

void add(Findings &findings, Place place, Gravity gravity, std::string what, std::string remedy) {
    findings.push_back({place, gravity, std::move(what), std::move(remedy)});
}

void take_dracut_mount(KdumpConf &conf, Findings &findings) {
    const Value *arguments = find(conf, "dracut_args");
    if (!arguments)
        return;
    auto mounts = dracut_mounts(arguments->text);
    if (mounts.empty())
        return;
    Place place{arguments->place.line, arguments->place.column + mounts.front().offset};
    if (conf.target)
        add(findings, place, Gravity::error,
            fmt::format("there is more than one target: --mount here and {} in line {}", conf.target->type,
                        conf.target->place.line),
            "keep the one that dumps go to");
    else
        conf.target = Target{"mount", std::string(mounts.front().text), place};
}

void check_rebuilding(const KdumpConf &conf, Findings &findings) {
    const Value *never = find(conf, "force_no_rebuild");
    if (never && never->text == "1" && conf.value_of("force_rebuild") == "1")
        add(findings, never->place, Gravity::error,
            fmt::format("force_rebuild in line {} has the initramfs built at every start, and this never",
                        find(conf, "force_rebuild")->place.line),
            "set one of the two to 0");
}

void check_path(const KdumpConf &conf, Findings &findings) {
    const Value *path = find(conf, "path");
    if (path && !conf.target && !path->text.starts_with('/'))
        add(findings, path->place, Gravity::error,
            fmt::format("\"{}\" is no absolute path, and no target is named that it could start from",
                        printable(path->text)),
            "write the path from the root on, with a slash in front");
}

void check_key(const KdumpConf &conf, Findings &findings) {
    const Value *key = find(conf, "sshkey");
    if (key && !has_target(conf, "ssh"))
        add(findings, key->place, Gravity::warning, "sshkey has no effect: the target is not ssh",
            "take the line out, or name the target with ssh USER@HOST");
}

void check_cluster(const KdumpConf &conf, Findings &findings) {
    const Value *arguments = find(conf, "fence_kdump_args");
    if (arguments && conf.value_of("fence_kdump_nodes").empty())
        add(findings, arguments->place, Gravity::warning,
            "fence_kdump_args has no effect: no node is named that would be told",
            "name the other nodes with fence_kdump_nodes, or take the line out");
}

bool has_word(std::string_view command, std::string_view word) {
    auto words = words_of(command);
    return std::ranges::find(words, word) != words.end();
}

// The collector writes to a pipe where there is no file system on the other side.
void check_collector_and_target(const KdumpConf &conf, Findings &findings) {
    const Value *collector = find(conf, "core_collector");
    if (!collector)
        return;
    auto words = words_of(collector->text);
    std::string_view program = words.front().substr(words.front().rfind('/') + 1);
    bool streams = has_target(conf, "ssh") || has_target(conf, "raw");
    if (program == "scp" && !has_target(conf, "ssh"))
        add(findings, collector->place, Gravity::error, "scp copies to an ssh target, and there is none",
            "name one with ssh USER@HOST, or write core_collector makedumpfile -l -d 31");
    else if (program == "cp" && streams)
        add(findings, collector->place, Gravity::error,
            fmt::format("cp cannot write to a pipe, which the {} target takes the dump from",
                        conf.target->type),
            "write core_collector cat, or makedumpfile -F -l -d 31");
    else if (program == "makedumpfile" && streams && has_word(collector->text, "-E"))
        add(findings, collector->place, Gravity::error,
            fmt::format("makedumpfile -E cannot write to a pipe, which the {} target takes the dump from",
                        conf.target->type),
            "take -E out");
}

} // namespace

void find_contradictions(KdumpConf &conf, Findings &findings) {
    take_dracut_mount(conf, findings);
    check_rebuilding(conf, findings);
    check_path(conf, findings);
    check_key(conf, findings);
    check_cluster(conf, findings);
    check_collector_and_target(conf, findings);
}

} // namespace kexec::kdumpctl
