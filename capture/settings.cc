// SPDX-License-Identifier: GPL-2.0-or-later
// One table of keys for writing and for reading, so that the two cannot differ.
#include "capture/settings.h"

#include "base/text.h"

#include <array>
#include <fmt/core.h>
#include <functional>

namespace kexec::capture {

namespace {

constexpr std::string_view first_line = "kdump-capture 1";

constexpr std::array action_names{std::pair{Action::reboot, std::string_view("reboot")},
                                  std::pair{Action::halt, std::string_view("halt")},
                                  std::pair{Action::poweroff, std::string_view("poweroff")},
                                  std::pair{Action::shell, std::string_view("shell")},
                                  std::pair{Action::resume, std::string_view("resume")}};

Failure bad_value(std::string_view key, std::string_view value) {
    return fail(Cause::bad_image,
                fmt::format("the value \"{}\" of {} is not one it can have", printable(value), key),
                "have kdumpctl make the capture initramfs again");
}

Result<Action> action_of(std::string_view key, std::string_view value) {
    for (const auto &[action, name] : action_names)
        if (name == value)
            return action;
    return bad_value(key, value);
}

// What a line of that key holds, and what one is read into. A list has a line for each item; a value that is
// what it would be without a line has none.
struct Key {
    std::string_view name;
    std::function<std::vector<std::string>(const Settings &)> lines;
    std::function<Result<void>(Settings &, std::string_view)> take;
};

Key text_key(std::string_view name, std::string Settings::*member) {
    return {name,
            [member](const Settings &settings) -> std::vector<std::string> {
                if (settings.*member == Settings{}.*member)
                    return {};
                return {settings.*member};
            },
            [member](Settings &settings, std::string_view value) -> Result<void> {
                settings.*member = value;
                return {};
            }};
}

Key list_key(std::string_view name, std::vector<std::string> Settings::*member) {
    return {name, [member](const Settings &settings) { return settings.*member; },
            [member](Settings &settings, std::string_view value) -> Result<void> {
                (settings.*member).emplace_back(value);
                return {};
            }};
}

Key number_key(std::string_view name, std::uint64_t Settings::*member) {
    return {name,
            [member](const Settings &settings) { return std::vector{std::to_string(settings.*member)}; },
            [name, member](Settings &settings, std::string_view value) -> Result<void> {
                auto number = parse_decimal(value);
                if (!number)
                    return bad_value(name, value);
                settings.*member = *number;
                return {};
            }};
}

Key action_key(std::string_view name, Action Settings::*member) {
    return {name,
            [member](const Settings &settings) {
                return std::vector{std::string(name_of(settings.*member))};
            },
            [name, member](Settings &settings, std::string_view value) -> Result<void> {
                settings.*member = TRY(action_of(name, value));
                return {};
            }};
}

const std::vector<Key> &keys() {
    static const std::vector<Key> all{
        text_key("directory_name", &Settings::directory_name),
        text_key("host", &Settings::host),
        text_key("address", &Settings::address),
        text_key("collector", &Settings::collector),
        action_key("failure_action", &Settings::failure_action),
        action_key("final_action", &Settings::final_action),
        number_key("time_limit", &Settings::time_limit),
        number_key("device_wait", &Settings::device_wait),
        text_key("pre", &Settings::pre),
        text_key("post", &Settings::post),
        list_key("pre_script", &Settings::pre_scripts),
        list_key("post_script", &Settings::post_scripts),
        text_key("emergency", &Settings::emergency),
        list_key("emergency_script", &Settings::emergency_scripts),
        text_key("fence", &Settings::fence),
    };
    return all;
}

struct TargetKey {
    std::string_view name;
    std::string Target::*member;
};
// The first begins a target.
constexpr std::array target_keys{TargetKey{"target", &Target::type}, TargetKey{"source", &Target::source},
                                 TargetKey{"options", &Target::options}, TargetKey{"path", &Target::path},
                                 TargetKey{"key", &Target::key}};
constexpr std::string_view size_key = "size";

Result<void> take_target_size(Target &target, std::string_view value) {
    auto size = parse_decimal(value);
    if (!size)
        return bad_value(size_key, value);
    target.size = *size;
    return {};
}

// False where the key is none of a target's.
Result<bool> take_target_line(Settings &settings, std::string_view key, std::string_view value) {
    if (key == target_keys.front().name)
        settings.targets.emplace_back();
    else if (settings.targets.empty())
        return false;
    for (const TargetKey &known : target_keys)
        if (known.name == key) {
            settings.targets.back().*known.member = value;
            return true;
        }
    if (key != size_key)
        return false;
    TRY(take_target_size(settings.targets.back(), value));
    return true;
}

Result<void> take_line(Settings &settings, std::string_view line) {
    std::size_t blank = line.find(' ');
    std::string_view name = line.substr(0, blank);
    std::string_view value = blank == std::string_view::npos ? "" : line.substr(blank + 1);
    if (TRY(take_target_line(settings, name, value)))
        return {};
    for (const Key &key : keys())
        if (key.name == name)
            return key.take(settings, value);
    return fail(Cause::bad_image, fmt::format("\"{}\" is no setting", printable(name)),
                "have kdumpctl make the capture initramfs again");
}

} // namespace

std::string_view name_of(Action action) {
    for (const auto &[known, name] : action_names)
        if (known == action)
            return name;
    return {};
}

Result<std::string> settings_text(const Settings &settings) {
    std::vector<std::string> lines{std::string(first_line)};
    for (const Target &target : settings.targets) {
        for (const TargetKey &key : target_keys)
            if (&key == &target_keys.front() || !(target.*key.member).empty())
                lines.push_back(fmt::format("{} {}", key.name, target.*key.member));
        if (target.size != 0)
            lines.push_back(fmt::format("{} {}", size_key, target.size));
    }
    for (const Key &key : keys())
        for (const std::string &value : key.lines(settings))
            lines.push_back(fmt::format("{} {}", key.name, value));
    std::string text;
    for (const std::string &line : lines) {
        if (line.find('\n') != std::string::npos)
            return fail(Cause::bad_usage, fmt::format("there is a line break in \"{}\"", printable(line)),
                        "leave it out");
        text += line + "\n";
    }
    return text;
}

Result<Settings> parse_settings(std::string_view text) {
    auto lines = lines_of(text);
    if (lines.empty() || lines.front() != first_line)
        return fail(Cause::bad_image,
                    fmt::format("the first line is not \"{}\": these are no settings", first_line),
                    "have kdumpctl make the capture initramfs again");
    Settings settings;
    for (std::size_t i = 1; i < lines.size(); i++)
        TRY_WITHIN(fmt::format("line {}", i + 1), take_line(settings, lines[i]));
    return settings;
}

} // namespace kexec::capture
