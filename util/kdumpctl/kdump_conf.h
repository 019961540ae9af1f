// SPDX-License-Identifier: GPL-2.0-or-later
// /etc/kdump.conf, in the grammar of kdump.conf(5): one directive and its value on a line, '#' starts a
// comment.
#pragma once

#include "util/kdumpctl/values.h"

#include <map>
#include <optional>

namespace kexec::kdumpctl {

enum class Role {
    target,   // names where dumps go; there is one at most
    option,   // says how
    old_name, // of another directive
    removed,  // older kdump tools had it
};

struct Directive {
    std::string_view name;
    Role role;
    std::string_view argument; // what the manual page calls it
    Check check;
    std::string_view instead = {}; // of an old name, the directive; of a removed one, what to do
};
std::span<const Directive> directive_table();

struct Target {
    std::string type;   // the directive that names it, or "mount": --mount in dracut_args
    std::string source; // its value
    Place place;
};

struct KdumpConf {
    std::optional<Target> target; // nothing: where `path` lies on the running system
    std::map<std::string, Value, std::less<>>
        values; // of directives that are no target, by their present names

    // What a directive that is no target says, or what it says where it is missing; empty for those that have
    // no default.
    std::string_view value_of(std::string_view directive) const;
};

struct ReadConf {
    KdumpConf conf; // what could be understood
    Findings findings;
};

// Any text; nothing can fail.
ReadConf read_kdump_conf(std::string_view text);

} // namespace kexec::kdumpctl
