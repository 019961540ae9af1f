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

void store_log_in(const World &world, Core &core, const std::string &directory) {
    if (auto stored = store_log(core, directory + "/vmcore-dmesg.txt"); !stored)
        warn(world, stored.error().what + "; going on without the dump's log");
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
    outcome.directory = target.path + "/" + directory_name(settings, target, outcome.crash_time);
    std::string directory = world.root + outcome.directory;
    TRY(make_directories(directory));
    if (dump)
        store_log_in(world, *dump->core, directory);
    TRY(store_unflattened(source, directory + "/vmcore", TRY(free_space(directory))));
    TRY(erase_start(path, flattened_file_header));
    return outcome;
}

} // namespace kexec::kdumpctl
