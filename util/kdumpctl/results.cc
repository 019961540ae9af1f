// SPDX-License-Identifier: GPL-2.0-or-later
// The test's file and its words are kdump-utils'. A result belongs to a test where the crash came after it.
#include "util/kdumpctl/results.h"

#include "base/json.h"
#include "base/new_file.h"
#include "base/text.h"
#include "capture/devices.h"
#include "capture/install.h"
#include "capture/mounts.h"
#include "util/kdumpctl/raw_dump.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view state_directory = "/var/lib/kdump";
constexpr std::string_view test_path = "/var/lib/kdump/vmcore-creation.status";
constexpr std::string_view capture_path = "/var/lib/kdump/last-capture";
constexpr std::string_view pstore_directory = "/sys/fs/pstore";
constexpr std::string_view archived_pstore = "/var/lib/systemd/pstore";
constexpr std::string_view test_option = "kdump_test_id=";
constexpr std::uint64_t largest_file = 1 << 20;

constexpr std::array all_sources{
    Source{test_path, "what came of the last test"},
    Source{capture_path, "what came of the last crash"},
    Source{"/sys/fs/pstore/*", "the same, where the target could not take it"},
};

std::string date(std::uint64_t seconds) {
    auto time = static_cast<std::time_t>(std::min<std::uint64_t>(seconds, INT32_MAX));
    std::tm parts{};
    std::array<char, 32> text{};
    ::gmtime_r(&time, &parts);
    std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
    return {text.data(), size};
}

// "success kdump_test_id=1764446400-123": what stands behind the seconds does not matter.
std::optional<TestResult> test_in(std::string_view text) {
    auto words = words_of(text);
    if (words.size() < 2 || !words[1].starts_with(test_option))
        return std::nullopt;
    std::string_view id = words[1].substr(test_option.size());
    auto time = parse_decimal(id.substr(0, id.find('-')));
    return time ? std::optional(TestResult{std::string(words[0]), *time}) : std::nullopt;
}

Result<void> keep(const World &world, std::string_view path, const std::string &text) {
    TRY(make_directories(world.root + std::string(state_directory)));
    return capture::write_initramfs(world.root + std::string(path), as_bytes(text));
}

Result<void> keep_test(const World &world, const TestResult &test) {
    return keep(world, test_path, fmt::format("{} {}\n", test.state, test_word(test.time)));
}

std::string_view sentence_of(const TestResult &test) {
    if (test.state == "success")
        return "Notice: Last successful vmcore creation test on ";
    if (test.state == "fail")
        return "Last NOT successful vmcore creation test on ";
    if (test.state == "manual")
        return "Require manual check for vmcore creation test of ";
    return "A vmcore creation test is pending since ";
}

std::string capture_text(const capture::Outcome &outcome) {
    std::string when = outcome.crash_time ? " of " + date(outcome.crash_time) : "";
    std::string text = outcome.saved
                           ? fmt::format("The last crash{} was dumped: {}\n", when, outcome.directory)
                           : fmt::format("The last crash{} was NOT dumped: {}\n", when, outcome.what);
    if (!outcome.saved && !outcome.remedy.empty())
        text += "        " + outcome.remedy + "\n";
    for (const std::string &warning : outcome.warnings)
        text += "note: " + warning + "\n";
    return text;
}

} // namespace

std::string dump_place(const capture::Target &target, const Service &service, const World &world) {
    std::vector<std::string> devices{target.source};
    for (const std::string &name : capture::devices_named(world.root, target.source))
        devices.push_back("/dev/" + name);
    for (const std::string &device : devices)
        if (auto place = capture::place_of_device(service.capture.mounts, device))
            return *place + target.path;
    return {};
}

std::vector<std::string> dump_places(const Service &service, const World &world) {
    std::vector<std::string> places;
    for (const capture::Target &target : service.plan.settings.targets)
        if (std::string place = dump_place(target, service, world); !place.empty())
            places.push_back(std::move(place));
    return places;
}

namespace {

// `mounted_at` is what the outcome's directory starts from.
void take_newer(std::optional<capture::Outcome> &best, std::string_view text,
                std::string_view mounted_at = {}) {
    auto outcome = capture::find_outcome(text);
    if (outcome && !outcome->directory.empty())
        outcome->directory.insert(0, mounted_at);
    if (outcome && (!best || outcome->crash_time >= best->crash_time))
        best = outcome;
}

// What lies on a raw target becomes files, as on the others.
void take_from_raw(std::optional<capture::Outcome> &best, const World &world,
                   const capture::Settings &settings) {
    auto target = target_with_dump(world, settings);
    if (!target)
        return;
    auto taken = take_raw_dump(world, settings, *target);
    if (!taken)
        warn(world, fmt::format("{}; going on with the dump left on {}", taken.error().what, target->source));
    else if (!best || taken->crash_time >= best->crash_time)
        best = *taken;
}

std::string file_at(const World &world, const std::string &path) {
    auto content = read_file(world.root + path, largest_file);
    return content ? std::string(as_text(*content)) : std::string();
}

// systemd-pstore.service(8) moves what pstore has there, into directories of directories.
void take_from_archive(std::optional<capture::Outcome> &best, const World &world, const std::string &path,
                       unsigned depth = 3) {
    auto names = list_directory(world.root + path);
    for (const std::string &name : names ? *names : std::vector<std::string>{}) {
        std::string below = path + "/" + name;
        if (!is_directory(world.root + below))
            take_newer(best, file_at(world, below));
        else if (depth > 0)
            take_from_archive(best, world, below, depth - 1);
    }
}

} // namespace

std::span<const Source> result_sources() { return all_sources; }

Results understand_results(const Snapshot &snapshot) {
    return {.test = test_in(snapshot.text(test_path).value_or("")),
            .capture = capture::find_outcome(snapshot.text(capture_path).value_or(""))};
}

std::string results_text(const Results &results) {
    std::string text;
    if (results.capture)
        text += capture_text(*results.capture);
    if (results.test)
        text += std::string(sentence_of(*results.test)) + date(results.test->time) + "\n";
    return text;
}

std::string test_json(const Results &results) {
    if (!results.test)
        return "null";
    return fmt::format("{{\"state\":{},\"time\":{}}}", json_string(results.test->state), results.test->time);
}

std::string capture_json(const Results &results) {
    if (!results.capture)
        return "null";
    const capture::Outcome &outcome = *results.capture;
    return fmt::format("{{\"time\":{},\"saved\":{},\"directory\":{},\"what\":{},\"remedy\":{}}}",
                       outcome.crash_time, outcome.saved, json_string(outcome.directory),
                       json_string(outcome.what), json_string(outcome.remedy));
}

std::string test_word(std::uint64_t time) { return fmt::format("{}{}", test_option, time); }

Result<void> keep_pending_test(const World &world, std::uint64_t time) {
    return keep_test(world, {"pending", time});
}

Result<void> collect_results(const World &world, const Service &service) {
    Snapshot snapshot = take_snapshot(result_sources(), world.root);
    Results kept = understand_results(snapshot);
    std::optional<capture::Outcome> found;
    bool seen_all = true;
    for (const std::string &name : snapshot.names_in(pstore_directory))
        take_newer(found, snapshot.text(fmt::format("{}/{}", pstore_directory, name)).value_or(""));
    take_from_archive(found, world, std::string(archived_pstore));
    take_from_raw(found, world, service.plan.settings);
    for (const capture::Target &target : service.plan.settings.targets) {
        if (target.type == "raw")
            continue;
        std::string place = dump_place(target, service, world);
        seen_all &= !place.empty();
        if (!place.empty())
            take_newer(found, file_at(world, fmt::format("{}/{}", place, capture::outcome_name)),
                       place.substr(0, place.size() - target.path.size()));
    }
    bool is_new = found && (!kept.capture || found->crash_time > kept.capture->crash_time);
    if (is_new)
        TRY(keep(world, capture_path, capture::outcome_text(*found)));
    if (!kept.test || kept.test->state != "pending")
        return {};
    bool is_answer = found && found->crash_time >= kept.test->time;
    kept.test->state = is_answer ? (found->saved ? "success" : "fail") : seen_all ? "fail" : "manual";
    return keep_test(world, *kept.test);
}

} // namespace kexec::kdumpctl
