// SPDX-License-Identifier: GPL-2.0-or-later
// Records and the kernel's flags side by side.
#include "kexec/loaded.h"

#include "base/json.h"
#include "image/digest.h"
#include "kexec/kernel_state.h"
#include "kexec/record.h"

#include <chrono>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::string_view not_to_be_known = "the kernel tells whether a kernel is loaded, not which: "
                                             "another program may have loaded another one since";

struct Slot {
    std::string_view name, flag_file;
    std::optional<unsigned> flag; // what the kernel says
    Result<std::optional<LoadRecord>> record;

    bool is_recorded() const { return record && *record; }
};

std::vector<Slot> slots(const World &world) {
    KernelState kernel = look_at_kernel(world.root);
    return {{"reboot", "kexec_loaded", kernel.loaded, recorded_with_digests(world, Purpose::reboot)},
            {"crash", "kexec_crash_loaded", kernel.crash_loaded,
             recorded_with_digests(world, Purpose::crash)}};
}

// RFC 3339, in UTC. Not strftime, with which come the C library's time zones and its scanf.
std::string time_text(std::uint64_t seconds) {
    using std::chrono::days, std::chrono::sys_days, std::chrono::year_month_day;
    constexpr std::uint64_t a_day = 86400, most_days = 365 * 30000; // year_month_day goes to 32767
    if (seconds / a_day > most_days)
        return fmt::format("{} seconds after 1970", seconds);
    year_month_day date(sys_days(days(static_cast<int>(seconds / a_day))));
    std::uint64_t second = seconds % a_day;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600,
                       second / 60 % 60, second % 60);
}

std::string state_text(const Slot &slot) {
    if (!slot.flag)
        return "whether one is loaded is not known: the kernel's flag cannot be read";
    if (!slot.record)
        return fmt::format("{}; the record cannot be read: {}", *slot.flag ? "loaded" : "not loaded",
                           slot.record.error().what);
    if (slot.is_recorded())
        return *slot.flag ? "loaded"
                          : "not loaded any more: the record is of one that was unloaded elsewhere";
    return *slot.flag ? "loaded, and not recorded: another program loaded it, or one that was ended"
                      : "not loaded";
}

std::string digests_text(const RecordedFile &file) {
    if (file.sha256.empty())
        return "";
    if (file.is_hashed_whole())
        return ", sha256 " + file.sha256.front();
    return fmt::format(", sha256 of the first {} bytes {}, of the rest {}", first_half_of(file.size),
                       file.sha256.front(), file.sha256.back());
}

std::string file_text(const RecordedFile &file) {
    return fmt::format("  {} {}, {} bytes{}{}\n", file.role, file.path, file.size, digests_text(file),
                       check_unchanged(file) ? "" : ", changed or removed since");
}

std::string digests_json(const RecordedFile &file) {
    if (file.sha256.empty())
        return "null";
    if (file.is_hashed_whole())
        return json_string(file.sha256.front());
    return fmt::format("null,\"sha256_of_halves\":{{\"first_bytes\":{},\"first\":{},\"rest\":{}}}",
                       first_half_of(file.size), json_string(file.sha256.front()),
                       json_string(file.sha256.back()));
}

std::string file_json(const RecordedFile &file) {
    return fmt::format("{{\"role\":{},\"path\":{},\"size\":{},\"sha256\":{},\"unchanged\":{}}}",
                       json_string(file.role), json_string(file.path), file.size, digests_json(file),
                       check_unchanged(file) ? "true" : "false");
}

std::string record_text(const LoadRecord &record) {
    std::string text = fmt::format("  loaded {} by {}\n", time_text(record.time), record.call);
    for (const RecordedFile &file : record.files)
        text += file_text(file);
    return text + fmt::format("  command line: {}\n", record.command_line);
}

std::string record_json(const LoadRecord &record) {
    std::string files;
    for (const RecordedFile &file : record.files)
        files += (files.empty() ? "" : ",") + file_json(file);
    return fmt::format("{{\"time\":{},\"call\":{},\"command_line\":{},\"files\":[{}]}}",
                       json_string(time_text(record.time)), json_string(record.call),
                       json_string(record.command_line), files);
}

std::string slot_json(const Slot &slot) {
    std::string text = fmt::format("{}:{{\"loaded\":{}", json_string(slot.name),
                                   !slot.flag   ? "null"
                                   : *slot.flag ? "true"
                                                : "false");
    if (!slot.record)
        text += ",\"error\":" + json_string(slot.record.error().what);
    if (slot.is_recorded() && slot.flag)
        text += fmt::format(",\"agrees\":{}", *slot.flag ? "true" : "false");
    return text + ",\"record\":" + (slot.is_recorded() ? record_json(**slot.record) : "null") + "}";
}

} // namespace

std::string loaded_text(const World &world) {
    std::string text;
    bool any = false;
    for (const Slot &slot : slots(world)) {
        text += fmt::format("{}: {}\n", slot.name == "crash" ? "crash kernel" : "kernel for the next reboot",
                            state_text(slot));
        if (slot.is_recorded())
            text += record_text(**slot.record);
        any = any || (slot.is_recorded() && slot.flag == 1U);
    }
    return any ? text + fmt::format("more cannot be known: {}\n", not_to_be_known) : text;
}

std::string loaded_json(const World &world) {
    std::string text = "{";
    for (const Slot &slot : slots(world))
        text += slot_json(slot) + ",";
    return text + "\"limit\":" + json_string(not_to_be_known) + "}\n";
}

} // namespace kexec
