// SPDX-License-Identifier: GPL-2.0-or-later
// From a file's name and text to what is wrong in it.
#include "util/kdumpctl/config.h"

#include "util/kdumpctl/kdump_conf.h"
#include "util/kdumpctl/variables.h"

#include <algorithm>
#include <array>

namespace kexec::kdumpctl {

namespace {

constexpr std::array files{
    Source{"/etc/kdump.conf", "where dumps go and how"},
    Source{"/etc/sysconfig/kdump", "how the capture kernel is loaded"},
    Source{"/etc/default/kdump-tools", "both, on Debian"},
};

// A byte that text does not have: then what follows is no configuration at all.
Findings check_bytes(std::string_view text) {
    std::size_t at = text.find('\0');
    if (at == std::string_view::npos)
        return {};
    std::string_view before = text.substr(0, at);
    std::size_t line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    std::size_t column = at - (line == 1 ? 0 : before.rfind('\n') + 1) + 1;
    return {{{line, column}, Gravity::error, "a byte of value 0: this is no text", "restore the file"}};
}

} // namespace

Grammar grammar_of(std::string_view path) {
    std::string_view name = path.substr(path.rfind('/') + 1);
    if (name == "kdump-tools")
        return Grammar::debian;
    return name == "kdump" ? Grammar::sysconfig : Grammar::kdump_conf;
}

Findings check_text(Grammar grammar, std::string_view text) {
    if (auto findings = check_bytes(text); !findings.empty())
        return findings;
    switch (grammar) {
    case Grammar::kdump_conf: return read_kdump_conf(text).findings;
    case Grammar::sysconfig: return read_sysconfig(text).findings;
    case Grammar::debian: return read_debian_defaults(text).findings;
    }
    return {};
}

std::span<const Source> config_sources() { return files; }

} // namespace kexec::kdumpctl
