// SPDX-License-Identifier: GPL-2.0-or-later
// Power may be cut in between: what is there already is compared then, and the start is erased last.
#include "util/kdumpctl/raw_dump.h"

#include "base/new_file.h"
#include "base/text.h"
#include "dump/dump.h"
#include "dump/file_source.h"
#include "dump/flattened.h"
#include "dump/save.h"
#include "util/naming.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t longest_signature = 16;

std::uint64_t crash_time(const Dump &dump, std::uint64_t otherwise) {
    auto text = dump.core->info.text("CRASHTIME");
    return text ? parse_decimal(*text).value_or(otherwise) : otherwise;
}

// Where the directory has another dump's log or memory, is_taken() is true of the error, and it is as it was.
Result<void> store_in(const World &world, FileSource &source, Core *core, const std::string &directory) {
    TRY(make_directories(directory));
    std::string log = directory + "/vmcore-dmesg.txt";
    bool had_log = open_to_read(log).has_value();
    auto logged = core ? store_log(*core, log) : Result<LogSummary>();
    if (!logged && is_taken(logged.error()))
        return Failure(logged.error());
    if (!logged)
        warn(world, logged.error().what + "; going on without the dump's log");
    auto stored = store_unflattened(source, directory + "/vmcore", TRY(free_space(directory)));
    if (!stored && is_taken(stored.error()) && !had_log)
        remove_file(log);
    return stored;
}

} // namespace

std::optional<capture::Target> target_with_dump(const World &world, const capture::Settings &settings) {
    for (const capture::Target &target : settings.targets) {
        if (target.type != "raw")
            continue;
        auto start = read_start_of_file(world.root + target.source, longest_signature);
        if (start && is_flattened(*start))
            return target;
    }
    return std::nullopt;
}

Result<capture::Outcome> take_raw_dump(const World &world, const capture::Settings &settings,
                                       const capture::Target &target) {
    std::string path = world.root + target.source;
    FileSource source(TRY(open_to_read(path)), target.source);
    TRY_WITHIN(target.source, size_of_records(source));
    auto dump = open_dump(source);
    if (!dump)
        warn(world, fmt::format("{}: {}; going on without the dump's log", target.source, dump.error().what));
    capture::Outcome outcome;
    outcome.saved = true;
    outcome.crash_time = dump ? crash_time(*dump, world.now()) : world.now();
    std::string wanted = target.path + "/" + directory_name(settings, target, outcome.crash_time);
    Result<void> stored;
    unsigned number = 0;
    do {
        outcome.directory = capture::numbered_name(wanted, ++number);
        stored = store_in(world, source, dump ? dump->core.get() : nullptr, world.root + outcome.directory);
    } while (!stored && is_taken(stored.error()));
    TRY(std::move(stored));
    TRY(erase_start(path, flattened_file_header));
    return outcome;
}

} // namespace kexec::kdumpctl
