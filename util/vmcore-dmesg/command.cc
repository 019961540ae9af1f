// SPDX-License-Identifier: GPL-2.0-or-later
// Opening the dump, reading its log once (twice, where its end has to be found first), and saying what was
// lost. The log is often all that is left of a machine: whatever can be printed is, and then the status is 0.
#include "util/vmcore-dmesg/command.h"

#include "base/file.h"
#include "dump/dump.h"
#include "dump/fault.h"
#include "dump/log_text.h"
#include "util/vmcore-dmesg/format.h"
#include "util/vmcore-dmesg/input.h"
#include "util/vmcore-dmesg/options.h"
#include "util/vmcore-dmesg/panic.h"

#include <fmt/core.h>

namespace kexec::dmesg {

namespace {

// Prints what the options ask for of the records it is shown.
class Printer {
public:
    Printer(const World &world, const Options &options, std::uint64_t start)
        : world_(world), options_(options), start_(start) {}

    Result<void> take(const Record &record) {
        lacks_level_ |= !record.level;
        lacks_caller_ |= !record.caller;
        bool is_wanted = count_++ >= start_ && (!record.level || options_.levels.test(*record.level & 7));
        if (!is_wanted)
            return {};
        if (!world_.print(options_.json ? as_json(record) : as_plain_text(record, options_.caller)))
            return fail_dump(Fault::output, "the log cannot be written to standard output",
                             "free some space where it goes, then try again");
        return {};
    }

    std::vector<std::string> notes() const {
        std::vector<std::string> notes;
        if (options_.selects_levels() && lacks_level_)
            notes.push_back("the log does not tell the level of each record; going on with all such records");
        if (options_.caller && lacks_caller_)
            notes.push_back("the log does not tell who wrote each record; going on without");
        return notes;
    }

private:
    const World &world_;
    const Options &options_;
    std::uint64_t start_, count_ = 0;
    bool lacks_level_ = false, lacks_caller_ = false;
};

// A Fault, where the error has one.
int status_of(const Error &error, Fault otherwise) {
    bool has_fault = error.cause == Cause::bad_image && error.number != 0;
    return has_fault ? error.number : static_cast<int>(otherwise);
}

int report(const World &world, const std::string &path, const Error &error, Fault otherwise) {
    // An error about a file names it already.
    std::string where = error.what.starts_with(path) ? "" : path + ": ";
    world.complain(fmt::format("vmcore-dmesg: {}{}\n", where, error.what));
    if (!error.remedy.empty())
        world.complain(fmt::format("              {}\n", error.remedy));
    return status_of(error, otherwise);
}

void tell(const World &world, const std::string &path, const std::vector<std::string> &notes) {
    for (const std::string &note : notes)
        world.complain(fmt::format("vmcore-dmesg: {}: {}\n", path, note));
}

void tell_losses(const World &world, const std::string &path, const LogSummary &summary) {
    std::vector<std::string> notes = summary.notes;
    if (summary.damaged > 0)
        notes.push_back(
            fmt::format("{} of the log's records are damaged; going on without", summary.damaged));
    if (summary.missing > 0)
        notes.push_back(
            fmt::format("{} of the log's records are not in the dump or cannot be read; going on without",
                        summary.missing));
    tell(world, path, notes);
}

// The number of the first record to print.
Result<std::uint64_t> find_start(const World &world, const Options &options, Core &core) {
    if (!options.since_panic)
        return 0;
    PanicFinder finder;
    TRY(read_log(core, [&](const Record &record) -> Result<void> {
        finder.take(record);
        return {};
    }));
    if (!finder.start())
        tell(world, options.file, {"the log has no panic and no oops; going on with all of it"});
    return finder.start().value_or(0);
}

Result<LogSummary> print_log(const World &world, const Options &options, Core &core) {
    Printer printer(world, options, TRY(find_start(world, options, core)));
    LogSummary summary = TRY(read_log(core, [&](const Record &record) { return printer.take(record); }));
    tell(world, options.file, printer.notes());
    return summary;
}

int print_dump(const World &world, const Options &options) {
    auto source = open_input(options.file, world.scratch);
    if (!source)
        return report(world, options.file, source.error(), Fault::open);
    auto dump = open_dump(**source);
    if (!dump)
        return report(world, options.file, dump.error(), Fault::identification);
    tell(world, options.file, dump->notes);
    auto summary = print_log(world, options, *dump->core);
    if (!summary)
        return report(world, options.file, summary.error(), Fault::read);
    tell_losses(world, options.file, *summary);
    if (summary->records > 0 || summary->damaged + summary->missing == 0)
        return 0;
    return static_cast<int>(summary->damaged > 0 ? Fault::corrupt : Fault::read);
}

} // namespace

int run_command(const World &world, std::span<const char *const> words) {
    auto options = parse_options(words);
    if (!options && options.error().what.empty()) {
        world.complain(usage_text());
        return static_cast<int>(Fault::usage);
    }
    if (!options) {
        world.complain(fmt::format("vmcore-dmesg: {}\n              {}\n", options.error().what,
                                   options.error().remedy));
        return static_cast<int>(Fault::usage);
    }
    if (options->help || options->version) {
        bool printed =
            world.print(options->help ? usage_text()
                                      : "vmcore-dmesg of kexec-tools 2.0.32+toolkit." TOOLKIT_VERSION "\n");
        return printed ? 0 : static_cast<int>(Fault::output);
    }
    if (options->file != "-")
        options->file = absolute_path(options->file);
    return print_dump(world, *options);
}

} // namespace kexec::dmesg
