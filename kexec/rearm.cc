// SPDX-License-Identifier: GPL-2.0-or-later
// From the record of a crash kernel to that crash kernel.
#include "kexec/rearm.h"

#include "kexec/record.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

Result<void> check_unchanged(const RecordedFile &recorded) {
    auto changed = [&](std::string_view how) {
        return fail(Cause::other, fmt::format("{}: {} since it was loaded", recorded.path, how));
    };
    auto file = MappedFile::open(recorded.path);
    if (!file)
        return Failure(file.error());
    if (file->bytes().size() != recorded.size)
        return changed(fmt::format("has {} bytes and had {}", file->bytes().size(), recorded.size));
    if (file->identity() != recorded.identity)
        return changed("it has been changed");
    return {};
}

Result<Options> options_of(const World &world, const LoadRecord &record) {
    std::vector<const char *> words;
    for (const std::string &word : record.words)
        words.push_back(word.c_str());
    auto options = parse_options(words, world.arch.options, Order::any);
    if (!options)
        return Failure(options.error().error);
    return *options;
}

// The record of what is loaded again.
Result<LoadRecord> load_recorded(World &world) {
    auto record = TRY(recorded(world, Purpose::crash));
    if (!record || record->words.empty())
        return fail(Cause::other, "how it was loaded is not recorded");
    for (const RecordedFile &file : record->files)
        TRY(check_unchanged(file));
    Options options = TRY(options_of(world, *record));
    PreparedLoad prepared = TRY(prepare_load(world, options));
    TRY(load_prepared(world, options, prepared));
    return *record;
}

} // namespace

Error rearm(World &world, Error refused) {
    auto again = load_recorded(world);
    if (again) {
        auto kernel = std::ranges::find(again->files, "kernel", &RecordedFile::role);
        refused.what +=
            fmt::format("; the running kernel had dropped the old crash kernel, which has been loaded "
                        "again: {}",
                        kernel == again->files.end() ? "" : kernel->path);
        return refused;
    }
    drop_record(world, Purpose::crash);
    refused.what += "; the crash kernel that was loaded before is gone, and a panic now leaves no dump";
    refused.details.push_back("the old crash kernel was not loaded again: " + again.error().what);
    return refused;
}

} // namespace kexec
