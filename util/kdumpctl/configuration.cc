// SPDX-License-Identifier: GPL-2.0-or-later
// Joining the files. Debian's variables have the meaning that kdump-config(8) of kdump-tools gives them.
#include "util/kdumpctl/configuration.h"

#include "base/text.h"
#include "util/kdumpctl/config.h"

#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

// A variable of Debian's, and the directive or the variable of sysconfig that says the same.
struct Same {
    std::string_view debian, ours;
};
constexpr std::array same_directives{
    Same{"KDUMP_COREDIR", "path"},
    Same{"SSH_KEY", "sshkey"},
};
constexpr std::array same_variables{
    Same{"KDUMP_KEXEC_ARGS", "KEXEC_ARGS"},
    Same{"KDUMP_CMDLINE", "KDUMP_COMMANDLINE"},
    Same{"KDUMP_CMDLINE_APPEND", "KDUMP_COMMANDLINE_APPEND"},
};

// Where kdump-config keeps links to a kernel and an initramfs of its own making, which is not ours to use.
constexpr std::string_view links_of_kdump_config = "/var/lib/kdump/";

constexpr Place in_no_line{0, 0}; // of kdump.conf

void set_directive(KdumpConf &conf, std::string_view name, std::string_view text) {
    if (!text.empty())
        conf.values.try_emplace(std::string(name), Value{std::string(text), in_no_line});
}

// What follows where a dump failed: "reboot -f" says the same as failure_action reboot.
std::string_view action_of(std::string_view command) {
    auto words = words_of(command);
    return words.empty() ? "" : words.front().substr(words.front().rfind('/') + 1);
}

std::string nfs_options(std::string_view timeout, std::string_view retries) {
    std::string options;
    if (!timeout.empty())
        options = "timeo=" + std::string(timeout);
    if (!retries.empty())
        options += (options.empty() ? "retrans=" : ",retrans=") + std::string(retries);
    return options;
}

std::string_view without_links(std::string_view path) {
    return path.starts_with(links_of_kdump_config) ? "" : path;
}

void add_debian(const ReadVariables &debian, Configuration &result) {
    auto value = [&](std::string_view name) { return debian.value_of(name).value_or(""); };
    KdumpConf &conf = result.conf;
    for (const Same &row : same_directives)
        set_directive(conf, row.ours, value(row.debian));
    for (const Same &row : same_variables)
        if (!value(row.debian).empty())
            result.variables.try_emplace(std::string(row.ours), value(row.debian));
    if (!conf.target && !value("NFS").empty()) {
        conf.target = Target{"nfs", std::string(value("NFS")), in_no_line};
        result.mount_options = nfs_options(value("NFS_TIMEO"), value("NFS_RETRANS"));
    }
    if (!conf.target && !value("SSH").empty())
        conf.target = Target{"ssh", std::string(value("SSH")), in_no_line};
    if (!value("MAKEDUMP_ARGS").empty())
        set_directive(conf, "core_collector", "makedumpfile " + std::string(value("MAKEDUMP_ARGS")));
    set_directive(conf, "failure_action", action_of(value("KDUMP_FAIL_CMD")));
    if (value("HOSTTAG") == "hostname")
        set_directive(conf, "directory_name", "{host}-%Y-%m-%d-%H:%M:%S");
    result.switched_off = value("USE_KDUMP") == "0";
    result.kernel = without_links(value("KDUMP_KERNEL"));
    result.initramfs = without_links(value("KDUMP_INITRD"));
}

// A line for each mistake, as check-config prints them.
void add_errors(std::string_view path, const Findings &findings, std::vector<std::string> &lines) {
    Findings errors;
    for (const Finding &finding : findings)
        if (finding.gravity == Gravity::error)
            errors.push_back(finding);
    std::string text = findings_text(path, errors);
    for (std::string_view line : lines_of(text))
        lines.emplace_back(line);
}

Result<void> refused(std::vector<std::string> mistakes, std::string what) {
    if (mistakes.empty())
        return {};
    return Failure(Error{Cause::other, std::move(what), "correct them; nothing has been changed", 0,
                         std::move(mistakes)});
}

} // namespace

std::optional<std::string_view> Configuration::variable(std::string_view name) const {
    auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

Failure at_place(Place place, Error error) {
    if (place.line == 0)
        return Failure(std::move(error));
    return within(fmt::format("/etc/kdump.conf:{}:{}", place.line, place.column), std::move(error));
}

Result<void> refused_for(const Findings &findings, std::string what) {
    std::vector<std::string> mistakes;
    add_errors("/etc/kdump.conf", findings, mistakes);
    return refused(std::move(mistakes), std::move(what));
}

Result<Configuration> read_configuration(const Snapshot &snapshot) {
    std::vector<std::string> mistakes;
    for (const Source &source : config_sources()) {
        if (int number = snapshot.error(source.path))
            return fail_errno(Cause::missing_file, number, source.path, "run this as root");
        add_errors(source.path, check_text(grammar_of(source.path), snapshot.text(source.path).value_or("")),
                   mistakes);
    }
    TRY(refused(std::move(mistakes), "the configuration has mistakes"));
    Configuration result;
    result.conf = read_kdump_conf(snapshot.text("/etc/kdump.conf").value_or("")).conf;
    for (const auto &[name, value] :
         read_sysconfig(snapshot.text("/etc/sysconfig/kdump").value_or("")).values)
        result.variables[name] = value;
    add_debian(read_debian_defaults(snapshot.text("/etc/default/kdump-tools").value_or("")), result);
    return result;
}

} // namespace kexec::kdumpctl
