// SPDX-License-Identifier: GPL-2.0-or-later
// The form's parts are those of settings.h.
#include "util/naming.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/core.h>

namespace kexec::capture {

namespace {

std::string time_part(char letter, const std::tm &time) {
    switch (letter) {
    case 'Y': return std::to_string(time.tm_year + 1900);
    case 'm': return fmt::format("{:02}", time.tm_mon + 1);
    case 'd': return fmt::format("{:02}", time.tm_mday);
    case 'H': return fmt::format("{:02}", time.tm_hour);
    case 'M': return fmt::format("{:02}", time.tm_min);
    case 'S': return fmt::format("{:02}", time.tm_sec);
    case '%': return "%";
    default: return {'%', letter};
    }
}

std::tm in_utc(std::uint64_t seconds) {
    auto time = static_cast<std::time_t>(std::min<std::uint64_t>(seconds, UINT32_MAX));
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    return parts;
}

bool is_local(const Target &target) { return target.type != "ssh" && target.type != "directory"; }

} // namespace

std::string directory_name(const Settings &settings, const Target &target, std::uint64_t time) {
    bool here = is_local(target) || settings.address.empty();
    const std::array words{std::pair<std::string_view, std::string>("{address}",
                                                                    here ? "127.0.0.1" : settings.address),
                           std::pair<std::string_view, std::string>("{host}", settings.host)};
    std::tm parts = in_utc(time);
    std::string name;
    for (std::string_view form = settings.directory_name; !form.empty();) {
        auto word =
            std::ranges::find_if(words, [&](const auto &known) { return form.starts_with(known.first); });
        bool is_time = word == words.end() && form.front() == '%' && form.size() > 1;
        name += word != words.end() ? word->second
                // cppcheck-suppress containerOutOfBounds ; is_time is false for a single letter
                : is_time ? time_part(form[1], parts)
                          : std::string(form.substr(0, 1));
        form.remove_prefix(word != words.end() ? word->first.size() : is_time ? 2 : 1);
    }
    std::ranges::replace(name, '/', '_');
    return name.empty() || name == "." || name == ".." ? "dump" : name;
}

std::string numbered_name(const std::string &name, unsigned number) {
    return number == 1 ? name : fmt::format("{}-{}", name, number);
}

} // namespace kexec::capture
