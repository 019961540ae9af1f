// SPDX-License-Identifier: GPL-2.0-or-later
// The order, and what may fail: a log that cannot be read is told of, a dump that makedumpfile does not know
// is copied without it, a dump that does not fit leaves nothing and stays in memory.
#include "util/fadump/save.h"

#include "base/new_file.h"
#include "dump/dump.h"
#include "dump/file_source.h"
#include "dump/progress.h"
#include "dump/save.h"

#include <cerrno>
#include <fmt/core.h>

namespace kexec::fadump {

namespace {

constexpr std::string_view vmcore_path = "/proc/vmcore";

// An older dump is not written over.
Failure is_there(const std::string &path) {
    return fail_errno(Cause::system_call, EEXIST, path,
                      "name another directory: the dump in this one is not written over");
}

class Saver {
public:
    Saver(const World &world, const SaveRequest &request) : world_(world), request_(request) {}

    Result<void> save_log();
    Result<void> save_memory();
    Result<void> save_opal_core(const std::string &path);
    // Whether something of the dump is not in the files.
    bool has_losses() const { return has_losses_; }

private:
    std::string target(std::string_view name) const { return request_.directory + "/" + std::string(name); }
    Result<LogSummary> store_log_of(const std::string &vmcore);
    bool save_by_makedumpfile();
    Result<void> copy(std::string_view path, std::string_view name);
    TellProgress progress_of(std::string_view name);

    const World &world_;
    const SaveRequest &request_;
    bool has_losses_ = false;
};

Result<LogSummary> Saver::store_log_of(const std::string &vmcore) {
    FileSource source(TRY(open_to_read(vmcore)), vmcore);
    Dump dump = TRY(open_dump(source));
    return store_log(*dump.core, target("vmcore-dmesg.txt"));
}

// A second attempt finds the log that the first has left, and is happy with it; another dump's is an error.
Result<void> Saver::save_log() {
    auto summary = store_log_of(world_.root + std::string(vmcore_path));
    if (!summary && is_taken(summary.error()))
        return is_there(target("vmcore-dmesg.txt"));
    if (!summary)
        warn(world_,
             fmt::format("the log of the dump cannot be stored: {}; going on without", summary.error().what));
    else if (summary->damaged + summary->missing > 0)
        warn(world_, fmt::format("{} of the log's records are damaged or missing; going on without",
                                 summary->damaged + summary->missing));
    return {};
}

// False where it did not, which is told of.
bool Saver::save_by_makedumpfile() {
    auto stored = store_filtered({.program = *world_.makedumpfile,
                                  .level = request_.dump_level,
                                  .dump = world_.root + std::string(vmcore_path),
                                  .path = target("vmcore"),
                                  .shows_progress = world_.shows_progress});
    if (!stored)
        warn(world_, fmt::format("the dump could not be stored by makedumpfile: {}; going on without it",
                                 stored.error().what));
    return stored.has_value();
}

TellProgress Saver::progress_of(std::string_view name) {
    return [this, name = std::string(name), shown = std::string()](std::uint64_t done,
                                                                   std::uint64_t size) mutable {
        std::string bar = progress_bar(name, done, size);
        if (!world_.shows_progress || bar == shown)
            return;
        world_.complain("\r" + bar + (done == size ? "\n" : ""));
        shown = bar;
    };
}

Result<void> Saver::copy(std::string_view path, std::string_view name) {
    std::string source = world_.root + std::string(path);
    Descriptor file = TRY(open_to_read(source));
    CopyRequest copy{.dump = file,
                     .name = std::string(path),
                     .size = TRY(size_of(file, source)),
                     .path = target(name),
                     .free = TRY(free_space(request_.directory))};
    StoredMemory stored = TRY(store_sparsely(copy, progress_of(name)));
    if (stored.unreadable == 0)
        return {};
    has_losses_ = true;
    warn(world_,
         fmt::format("{} KiB of {} cannot be read; going on without", stored.unreadable / 1024, path));
    return {};
}

Result<void> Saver::save_memory() {
    if (!request_.plain && world_.makedumpfile && save_by_makedumpfile())
        return {};
    return copy(vmcore_path, "vmcore");
}

Result<void> Saver::save_opal_core(const std::string &path) { return copy(path, "opalcore"); }

Result<void> check_directory(const std::string &directory) {
    TRY(make_directories(directory));
    for (std::string_view name : {"/vmcore", "/opalcore"})
        if (open_to_read(directory + std::string(name)))
            return is_there(directory + std::string(name));
    return {};
}

} // namespace

Result<void> save(const World &world, const Facts &facts, const SaveRequest &request) {
    if (!facts.dump_waiting)
        return fail(Cause::unsupported, "no dump is waiting: there is nothing to save",
                    "ask \"fadump status\" what state the machine is in");
    if (!facts.has_vmcore)
        return fail(Cause::unsupported, "the waiting dump cannot be read: there is no /proc/vmcore",
                    "boot a kernel with CONFIG_PROC_VMCORE");
    TRY(check_directory(request.directory));
    Saver saver(world, request);
    TRY(saver.save_log());
    TRY(saver.save_memory());
    if (!facts.opal_core.empty())
        TRY(saver.save_opal_core(facts.opal_core));
    if (saver.has_losses())
        return fail(Cause::other, "some of the dump could not be read, the rest is stored",
                    "read the kernel's log; \"fadump release --yes\" gives the memory back all the same");
    return {};
}

} // namespace kexec::fadump
