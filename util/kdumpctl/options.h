// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of kdumpctl: a verb, its argument, options.
#pragma once

#include "base/result.h"
#include "machine/crash_defaults.h"

#include <optional>
#include <span>

namespace kexec::kdumpctl {

enum class Action { check_config, estimate, get_default_crashkernel, showmem, status, help, version };

struct Verb {
    std::string_view name;
    Action action;
    std::string_view argument; // in brackets, since no verb needs one; empty where there is none
    bool has_json;
    std::string_view help;
};
std::span<const Verb> verb_table();

struct Options {
    Action action = Action::help;
    std::optional<std::string> file; // of check-config
    std::optional<CrashMode> mode;   // of get-default-crashkernel
    bool json = false;
};

// `words` without the program's name. Cause::bad_usage.
Result<Options> parse_options(std::span<const char *const> words);

std::string usage_text();

} // namespace kexec::kdumpctl
