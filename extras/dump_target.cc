// SPDX-License-Identifier: GPL-2.0-or-later
// Where the distributions' kdump services put dumps: "path" and the target of kdump.conf(5), KDUMP_COREDIR or
// NFS, SSH and FTP of Debian's kdump-tools(5), KDUMP_SAVEDIR of openSUSE's kdump(5).
#include "extras/dump_target.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::string_view kdump_conf = "/etc/kdump.conf", debian = "/etc/default/kdump-tools",
                           suse = "/etc/sysconfig/kdump", usual = "/var/crash";

constexpr std::array targets = {"raw",  "nfs",  "ssh", "virtiofs", "ext2",
                                "ext3", "ext4", "xfs", "btrfs",    "minix"};

std::string_view without_comment(std::string_view line) { return trimmed(line.substr(0, line.find('#'))); }

std::string_view without_quotes(std::string_view value) {
    bool quoted =
        value.size() >= 2 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
    return quoted ? value.substr(1, value.size() - 2) : value;
}

bool is_target(std::string_view directive) { return std::ranges::find(targets, directive) != targets.end(); }

// The value of the last "NAME=value" of a file of variables; empty where there is none.
std::string_view variable(std::string_view text, std::string_view name) {
    std::string_view value;
    for (std::string_view line : lines_of(text)) {
        line = without_comment(line);
        if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
            value = without_quotes(line.substr(name.size() + 1));
    }
    return value;
}

std::optional<std::string> place_by_kdump_conf(std::string_view text) {
    std::string path(usual);
    for (std::string_view line : lines_of(text)) {
        auto words = words_of(without_comment(line));
        if (!words.empty() && is_target(words[0]))
            return std::string(words[0]);
        if (words.size() == 2 && words[0] == "path")
            path = without_quotes(words[1]);
    }
    return path;
}

std::optional<std::string> place_by_debian(std::string_view text) {
    for (std::string_view remote : {"NFS", "SSH", "FTP"})
        if (!variable(text, remote).empty())
            return std::string(remote);
    std::string_view directory = variable(text, "KDUMP_COREDIR");
    return std::string(directory.empty() ? usual : directory);
}

std::optional<std::string> place_by_suse(std::string_view text) {
    std::string_view directory = variable(text, "KDUMP_SAVEDIR"), scheme = "file://";
    if (directory.empty())
        return std::nullopt; // the same file of kdump-utils has no such variable
    if (directory.starts_with(scheme))
        directory.remove_prefix(scheme.size());
    return std::string(directory.substr(0, directory.starts_with('/') ? npos : directory.find(':')));
}

struct Teller {
    std::string_view path;
    std::optional<std::string> (*place)(std::string_view text);
};
constexpr std::array tellers = {Teller{kdump_conf, place_by_kdump_conf}, Teller{debian, place_by_debian},
                                Teller{suse, place_by_suse}};

// A value that may name a host or a user.
std::string hidden(std::string_view name, std::string_view separator) {
    return fmt::format("{}{}(hidden)\n", name, separator);
}

std::string kept_of_conf(std::string_view line) {
    auto words = words_of(without_comment(line));
    if (words.empty())
        return {};
    if (is_target(words[0]))
        return hidden(words[0], " ");
    return words[0] == "path" ? std::string(line) + "\n" : "";
}

std::string kept_of_variables(std::string_view line) {
    for (std::string_view name : {"NFS", "SSH", "FTP"})
        if (!variable(line, name).empty())
            return hidden(name, "=");
    std::string_view directory = variable(line, "KDUMP_SAVEDIR");
    if (!directory.empty() && !directory.starts_with('/') && !directory.starts_with("file:"))
        return hidden("KDUMP_SAVEDIR", fmt::format("={}:", directory.substr(0, directory.find(':'))));
    bool is_plain = !directory.empty() || !variable(line, "KDUMP_COREDIR").empty();
    return is_plain ? std::string(line) + "\n" : "";
}

} // namespace

std::span<const Source> dump_target_sources() {
    static constexpr std::array sources = {
        Source{kdump_conf, "where dumps go: its path and its target"},
        Source{debian, "the same of Debian's kdump-tools"},
        Source{suse, "the same of openSUSE's kdump"},
    };
    return sources;
}

DumpTarget dump_target(const Snapshot &snapshot) {
    for (const Teller &teller : tellers)
        if (auto text = snapshot.text(teller.path))
            if (auto place = teller.place(*text))
                return {.place = *place, .told_by = std::string(teller.path), .free = std::nullopt};
    return {.place = std::string(usual), .told_by = {}, .free = std::nullopt};
}

std::optional<std::string> target_lines(std::string_view path, std::string_view text) {
    if (path != kdump_conf && path != debian && path != suse)
        return std::nullopt;
    std::string kept;
    for (std::string_view line : lines_of(text))
        kept += path == kdump_conf ? kept_of_conf(line) : kept_of_variables(line);
    return kept;
}

} // namespace kexec
