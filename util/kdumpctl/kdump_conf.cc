// SPDX-License-Identifier: GPL-2.0-or-later
// Reading kdump.conf: the table of directives, a line at a time, then what contradicts something else.
#include "util/kdumpctl/kdump_conf.h"

#include "base/text.h"
#include "util/kdumpctl/contradictions.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::array directives{
    Directive{"raw", Role::target, "DEVICE", check_block_device},
    Directive{"ext2", Role::target, "SOURCE", check_filesystem_source},
    Directive{"ext3", Role::target, "SOURCE", check_filesystem_source},
    Directive{"ext4", Role::target, "SOURCE", check_filesystem_source},
    Directive{"xfs", Role::target, "SOURCE", check_filesystem_source},
    Directive{"btrfs", Role::target, "SOURCE", check_filesystem_source},
    Directive{"minix", Role::target, "SOURCE", check_filesystem_source},
    Directive{"virtiofs", Role::target, "TAG", check_virtiofs_tag},
    Directive{"nfs", Role::target, "SERVER:/EXPORT", check_nfs_export},
    Directive{"ssh", Role::target, "USER@HOST", check_ssh_destination},
    Directive{"net", Role::old_name, "TARGET", check_anything},
    Directive{"sshkey", Role::option, "FILE", check_absolute_path},
    Directive{"path", Role::option, "DIRECTORY", check_anything},
    Directive{"directory_name", Role::option, "NAME", check_directory_name},
    Directive{"core_collector", Role::option, "COMMAND", check_collector},
    Directive{"kdump_pre", Role::option, "PROGRAM", check_absolute_path},
    Directive{"kdump_post", Role::option, "PROGRAM", check_absolute_path},
    Directive{"kdump_emergency", Role::option, "PROGRAM", check_absolute_path},
    Directive{"extra_bins", Role::option, "PROGRAMS", check_absolute_paths},
    Directive{"extra_modules", Role::option, "MODULES", check_module_names},
    Directive{"failure_action", Role::option, "ACTION", check_failure_action},
    Directive{"default", Role::old_name, "ACTION", check_failure_action, "failure_action"},
    Directive{"final_action", Role::option, "ACTION", check_final_action},
    Directive{"time_limit", Role::option, "SECONDS", check_number},
    Directive{"small_reservation", Role::option, "ANSWER", check_small_reservation},
    Directive{"force_rebuild", Role::option, "SWITCH", check_switch},
    Directive{"force_no_rebuild", Role::option, "SWITCH", check_switch},
    Directive{"dracut_args", Role::option, "ARGUMENTS", check_dracut_arguments},
    Directive{"fence_kdump_args", Role::option, "ARGUMENTS", check_anything},
    Directive{"fence_kdump_nodes", Role::option, "NODES", check_anything},
    Directive{"auto_reset_crashkernel", Role::option, "ANSWER", check_yes_or_no},
    Directive{"options", Role::removed, "", check_anything,
              "give parameters of modules as MODULE.NAME=VALUE in KDUMP_COMMANDLINE_APPEND of "
              "/etc/sysconfig/kdump"},
    Directive{"link_delay", Role::removed, "", check_anything,
              "take the line out: the network is waited for without it"},
    Directive{"disk_timeout", Role::removed, "", check_anything,
              "take the line out: disks are waited for without it"},
    Directive{"debug_mem_level", Role::removed, "", check_anything,
              "write rd.memdebug=LEVEL in KDUMP_COMMANDLINE_APPEND of /etc/sysconfig/kdump"},
    Directive{"blacklist", Role::removed, "", check_anything,
              "write rd.driver.blacklist=MODULE in KDUMP_COMMANDLINE_APPEND of /etc/sysconfig/kdump"},
};

struct Default {
    std::string_view directive, value;
};
constexpr std::array defaults{
    Default{"path", "/var/crash"},
    Default{"directory_name", "{address}-%Y-%m-%d-%H:%M:%S"},
    Default{"sshkey", "/root/.ssh/kdump_id_rsa"},
    Default{"core_collector", "makedumpfile -l --message-level 7 -d 31"},
    Default{"failure_action", "reboot"},
    Default{"final_action", "reboot"},
    Default{"time_limit", "14400"},
    Default{"small_reservation", "refuse"},
    Default{"force_rebuild", "0"},
    Default{"force_no_rebuild", "0"},
};

constexpr std::string_view page = "kdump.conf(5) lists the directives";

// '#' ends a line wherever it stands, in a word and in quotes too.
std::string_view without_comment(std::string_view line) { return line.substr(0, line.find('#')); }

bool cuts_a_word(std::string_view line) {
    std::size_t at = line.find('#');
    return at != std::string_view::npos && at > 0 && !trimmed(line.substr(at - 1, 1)).empty();
}

std::string unknown_remedy(std::string_view name) {
    std::array<std::string_view, directives.size()> names;
    std::ranges::transform(directives, names.begin(), &Directive::name);
    std::string like = suggestion(name, names);
    return like.empty() ? std::string(page) : fmt::format("{}? {}", like, page);
}

class Reader {
public:
    ReadConf read(std::string_view text) {
        std::size_t number = 1;
        for (std::string_view line : lines_of(text))
            read_line(line, number++);
        find_contradictions(result_.conf, result_.findings);
        return std::move(result_);
    }

private:
    void add(Place place, Gravity gravity, std::string what, std::string remedy) {
        result_.findings.push_back({place, gravity, std::move(what), std::move(remedy)});
    }
    void error(Place place, std::string what, std::string remedy) {
        add(place, Gravity::error, std::move(what), std::move(remedy));
    }

    void read_line(std::string_view line, std::size_t number);
    std::optional<Value> read_value(std::string_view line, std::string_view name, Place place);
    void take(const Directive &directive, Place place, Value value);
    void take_target(std::string_view type, Place place, const Value &value);
    void take_net(Place place, const Value &value);

    ReadConf result_;
    std::map<std::string, Place, std::less<>> seen_;
};

void Reader::read_line(std::string_view line, std::size_t number) {
    std::string_view text = trimmed(without_comment(line));
    if (text.empty())
        return;
    Place place{number, static_cast<std::size_t>(text.data() - line.data()) + 1};
    if (cuts_a_word(line))
        add({number, line.find('#') + 1}, Gravity::warning,
            "the line ends here: '#' starts a comment, inside a word too",
            "put a blank in front of the comment; a value cannot have this character");
    std::string_view name = words_at(text).front().text;
    const auto *directive = std::ranges::find(directives, name, &Directive::name);
    if (directive == directives.end())
        return error(place, fmt::format("there is no directive \"{}\"", printable(name)),
                     unknown_remedy(name));
    if (directive->role == Role::removed)
        return error(place, fmt::format("the directive \"{}\" is no more", name),
                     std::string(directive->instead));
    if (auto value = read_value(line, name, place))
        take(*directive, place, std::move(*value));
}

std::optional<Value> Reader::read_value(std::string_view line, std::string_view name, Place place) {
    std::string_view rest = without_comment(line).substr(place.column - 1 + name.size());
    std::string_view text = trimmed(rest);
    auto quotes = std::ranges::count(text, '"');
    if (quotes % 2 != 0) {
        std::size_t at = static_cast<std::size_t>(text.data() - line.data()) + text.rfind('"');
        error({place.line, at + 1}, "this quotation mark has no partner",
              "add the missing one, or take it out");
        return std::nullopt;
    }
    bool wrapped = quotes == 2 && unquoted(text).size() < text.size();
    if (wrapped)
        text = unquoted(text);
    if (trimmed(text).empty()) {
        error(place, fmt::format("\"{}\" has no value", printable(name)),
              fmt::format("write one behind it, or take the line out; {}", page));
        return std::nullopt;
    }
    return Value{std::string(text), {place.line, static_cast<std::size_t>(text.data() - line.data()) + 1}};
}

void Reader::take(const Directive &directive, Place place, Value value) {
    report(result_.findings, value, directive.check(value.text));
    if (directive.role == Role::target)
        return take_target(directive.name, place, value);
    if (directive.name == "net")
        return take_net(place, value);
    std::string name(directive.name);
    if (directive.role == Role::old_name) {
        add(place, Gravity::warning, fmt::format("\"{}\" is an old name", directive.name),
            fmt::format("write {} {}", directive.instead, printable(value.text)));
        name = directive.instead;
    }
    auto [first, is_new] = seen_.try_emplace(name, place);
    if (!is_new)
        return error(place, fmt::format("\"{}\" stands in line {} already", name, first->second.line),
                     "keep one of the two");
    result_.conf.values.emplace(std::move(name), std::move(value));
}

void Reader::take_target(std::string_view type, Place place, const Value &value) {
    auto &target = result_.conf.target;
    if (target)
        return error(place,
                     fmt::format("there is more than one target: line {} has {} {}", target->place.line,
                                 target->type, printable(target->source)),
                     "keep the one that dumps go to");
    target = Target{std::string(type), value.text, place};
}

// It named the servers of both kinds once.
void Reader::take_net(Place place, const Value &value) {
    bool to_ssh = value.text.find('@') != std::string::npos;
    if (!to_ssh && value.text.find(":/") == std::string::npos)
        return error(value.place, fmt::format("\"{}\" is no server", printable(value.text)),
                     "write ssh USER@HOST or nfs SERVER:/EXPORT");
    std::string_view type = to_ssh ? "ssh" : "nfs";
    add(place, Gravity::warning, "\"net\" is an old name",
        fmt::format("write {} {}", type, printable(value.text)));
    report(result_.findings, value,
           to_ssh ? check_ssh_destination(value.text) : check_nfs_export(value.text));
    take_target(type, place, value);
}

} // namespace

std::span<const Directive> directive_table() { return directives; }

std::string_view KdumpConf::value_of(std::string_view directive) const {
    if (auto found = values.find(directive); found != values.end())
        return found->second.text;
    const auto *row = std::ranges::find(defaults, directive, &Default::directive);
    return row == defaults.end() ? std::string_view() : row->value;
}

ReadConf read_kdump_conf(std::string_view text) { return Reader().read(text); }

} // namespace kexec::kdumpctl
