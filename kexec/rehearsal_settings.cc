// SPDX-License-Identifier: GPL-2.0-or-later
// The argument of --test-vm: names and values, one table.
#include "base/text.h"
#include "kexec/rehearse.h"
#include "machine/crashkernel.h"

#include <fmt/format.h>

namespace kexec {
namespace {

constexpr std::uint64_t longest = 86400, most_processors = 240;

using Taker = bool (*)(RehearsalSettings &settings, std::string_view value);

bool take_size(std::optional<std::uint64_t> &setting, std::string_view value) {
    setting = parse_memory_size(value);
    return setting && *setting >= std::uint64_t{1} << 20;
}

bool take_seconds(std::chrono::seconds &setting, std::string_view value) {
    auto number = parse_decimal(value);
    if (!number || *number == 0 || *number > longest)
        return false;
    setting = std::chrono::seconds(*number);
    return true;
}

bool take_processors(RehearsalSettings &settings, std::string_view value) {
    auto number = parse_decimal(value);
    if (!number || *number == 0 || *number > most_processors)
        return false;
    settings.processors = static_cast<unsigned>(*number);
    return true;
}

bool take_path(std::string &setting, std::string_view value) {
    setting = value;
    return !value.empty();
}

struct Row {
    std::string_view name, takes;
    Taker take;
};

constexpr Row rows[] = {
    {"crash", "a size of 1M and more",
     [](auto &all, auto value) { return take_size(all.reservation, value); }},
    {"memory", "a size of 1M and more", [](auto &all, auto value) { return take_size(all.memory, value); }},
    {"cpus", "a number from 1 to 240", take_processors},
    {"seconds", "a number from 1 to 86400",
     [](auto &all, auto value) { return take_seconds(all.limit, value); }},
    {"watch", "a number from 1 to 86400",
     [](auto &all, auto value) { return take_seconds(all.watch, value); }},
    {"first", "a kernel file", [](auto &all, auto value) { return take_path(all.first_kernel, value); }},
    {"emulator", "a program", [](auto &all, auto value) { return take_path(all.emulator, value); }},
};

Result<void> take_setting(RehearsalSettings &settings, std::string_view word) {
    std::size_t equals = std::min(word.find('='), word.size());
    std::string_view name = word.substr(0, equals), value = word.substr(std::min(equals + 1, word.size()));
    std::string names;
    for (const Row &row : rows) {
        names += (names.empty() ? "" : ", ") + std::string(row.name);
        if (row.name != name)
            continue;
        if (row.take(settings, value))
            return {};
        return fail(Cause::bad_usage,
                    fmt::format("--test-vm: {}= takes {}, not \"{}\"", name, row.takes, printable(value)),
                    "for instance --test-vm=crash=256M,memory=2G,cpus=2");
    }
    return fail(Cause::bad_usage, fmt::format("--test-vm has no setting \"{}\"", printable(name)),
                "its settings are " + names);
}

} // namespace

Result<RehearsalSettings> parse_rehearsal_settings(std::string_view text) {
    RehearsalSettings settings;
    while (!text.empty()) {
        std::size_t comma = std::min(text.find(','), text.size());
        TRY(take_setting(settings, text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return settings;
}

} // namespace kexec
