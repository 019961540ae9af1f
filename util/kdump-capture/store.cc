// SPDX-License-Identifier: GPL-2.0-or-later
// What may fail: a log that cannot be read is told of, a dump that makedumpfile does not know is copied
// without it, a target that fails leaves the next one.
#include "util/kdump-capture/store.h"

#include "base/file.h"
#include "base/new_file.h"
#include "base/process.h"
#include "base/text.h"
#include "capture/layout.h"
#include "dump/elf_core.h"
#include "dump/file_source.h"
#include "dump/save.h"
#include "util/kdump-capture/keep.h"
#include "util/kdump-capture/memory.h"
#include "util/kdump-capture/remote.h"
#include "util/kdump-capture/target.h"
#include "util/naming.h"

#include <cerrno>
#include <fmt/core.h>

namespace kexec::capture {

namespace {

class Storer {
public:
    Storer(const World &world, const Settings &settings) : world_(world), settings_(settings) {}

    Ending run();

private:
    bool is_left_out();
    void run_scripts(const std::vector<std::string> &scripts, const std::vector<std::string> &arguments);
    Result<void> attempt(const Target &target);
    Result<void> store(const Target &target, const Place &place);
    Result<void> store_in(const std::string &directory);
    void store_log(const std::string &directory);
    void store_own_log(const std::string &directory);
    std::string free_directory(const Target &target, const Place &place) const;
    Result<void> store_remotely(const Target &target);
    Result<void> look_at_dump();
    Result<void> try_targets();
    void blame(const Error &error);
    void warn(std::string sentence);
    std::string vmcore() const { return world_.root + std::string(vmcore_path); }

    const World &world_;
    const Settings &settings_;
    Draft draft_;
    bool is_kept_ = false; // the last target has it
    std::unique_ptr<FileSource> source_;
    std::unique_ptr<Core> core_; // null where its headers cannot be read
};

void Storer::warn(std::string sentence) {
    tell(world_, sentence);
    draft_.outcome.warnings.push_back(std::move(sentence));
    write_draft(world_, draft_);
}

void Storer::run_scripts(const std::vector<std::string> &scripts, const std::vector<std::string> &arguments) {
    for (const std::string &script : scripts) {
        auto status = run_program(world_.root + script, arguments);
        if (!status)
            warn(status.error().what + "; going on without");
        else if (*status != 0)
            warn(fmt::format("{} exited with status {}; going on", script, *status));
    }
}

bool Storer::is_left_out() {
    if (!settings_.pre.empty()) {
        auto status = run_program(world_.root + settings_.pre, {});
        if (!status)
            warn(status.error().what + "; going on without");
        else if (*status != 0) {
            draft_.outcome.what =
                fmt::format("the dump was left out: {} exited with status {}", settings_.pre, *status);
            tell(world_, draft_.outcome.what);
            return true;
        }
    }
    run_scripts(settings_.pre_scripts, {});
    return false;
}

std::string Storer::free_directory(const Target &target, const Place &place) const {
    std::string wanted = directory_name(settings_, target, draft_.outcome.crash_time), name = wanted;
    for (unsigned number = 2; is_directory(world_.root + place.directory + "/" + name); number++)
        name = numbered_name(wanted, number);
    return name;
}

void Storer::store_log(const std::string &directory) {
    if (!core_)
        return;
    auto summary = kexec::store_log(*core_, directory + "/vmcore-dmesg.txt");
    if (!summary)
        warn(fmt::format("the log of the dump cannot be stored: {}; going on without", summary.error().what));
    else if (summary->damaged + summary->missing > 0)
        warn(fmt::format("{} of the log's records are damaged or missing; going on without",
                         summary->damaged + summary->missing));
}

void Storer::store_own_log(const std::string &directory) {
    auto store = [&]() -> Result<void> {
        NewFile file = TRY(NewFile::create(directory + "/kexec-dmesg.log"));
        std::string log = world_.kernel_log();
        TRY(file.append(as_bytes(log)));
        return file.finish();
    };
    if (auto stored = store(); !stored)
        warn(stored.error().what + "; going on without");
}

Result<void> Storer::store_in(const std::string &directory) {
    TRY(make_directories(directory));
    store_log(directory);
    MemoryStore memory(world_, settings_, [this](std::string sentence) { warn(std::move(sentence)); });
    auto stored = memory.store_in(directory);
    store_own_log(directory);
    return stored;
}

Result<void> Storer::store(const Target &target, const Place &place) {
    if (place.directory.empty()) {
        tell(world_, fmt::format("storing the dump on {}", place.device));
        MemoryStore memory(world_, settings_, [this](std::string sentence) { warn(std::move(sentence)); });
        return memory.store_on(place.device);
    }
    TRY(make_directories(world_.root + place.directory));
    std::string name = free_directory(target, place);
    draft_.directory = place.directory;
    draft_.outcome.directory = target.path + "/" + name;
    write_draft(world_, draft_);
    tell(world_, fmt::format("storing the dump in {}/{} of {}", target.path, name,
                             target.source.empty() ? "this system" : target.source));
    return store_in(world_.root + place.directory + "/" + name);
}

// The logs are files first: ssh reads each to its end.
Result<void> Storer::store_remotely(const Target &target) {
    Remote remote = TRY(Remote::reach(world_, target));
    std::string wanted = target.path + "/" + directory_name(settings_, target, draft_.outcome.crash_time);
    std::string directory =
        TRY(remote.make_new_directory(wanted, static_cast<double>(settings_.device_wait)));
    draft_.outcome.directory = directory;
    write_draft(world_, draft_);
    tell(world_, fmt::format("storing the dump in {} of {}", directory, target.source));
    std::string scratch = world_.root + std::string(scratch_path);
    TRY(make_directories(scratch));
    auto send = [&](const std::string &name) {
        auto file = open_to_read(scratch + "/" + name);
        auto sent = file ? remote.store(*file, directory + "/" + name) : Result<void>();
        if (!sent)
            warn(fmt::format("{}: {}; going on without", name, sent.error().what));
        remove_file(scratch + "/" + name);
    };
    store_log(scratch);
    send("vmcore-dmesg.txt");
    MemoryStore memory(world_, settings_, [this](std::string sentence) { warn(std::move(sentence)); });
    auto stored = memory.store_at(remote, directory);
    store_own_log(scratch);
    send("kexec-dmesg.log");
    return stored;
}

// The target's own file takes the outcome while it is mounted.
Result<void> Storer::attempt(const Target &target) {
    is_kept_ = false;
    if (target.type == "ssh") {
        auto stored = store_remotely(target);
        draft_.outcome.saved = stored.has_value();
        return stored;
    }
    Place place = TRY(open_target(world_, settings_, target));
    auto stored = store(target, place);
    draft_.outcome.saved = stored.has_value();
    if (!stored)
        blame(stored.error());
    is_kept_ = !draft_.directory.empty();
    if (is_kept_)
        keep_outcome(world_, draft_);
    world_.sync();
    close_target(world_, place);
    draft_.directory.clear();
    return stored;
}

void Storer::blame(const Error &error) {
    draft_.outcome.what = error.what;
    draft_.outcome.remedy = error.remedy;
}

// VMCOREINFO has the time of the panic, in decimal; the clock of a capture kernel may be at its beginning.
Result<void> Storer::look_at_dump() {
    draft_.outcome.crash_time = world_.clock();
    auto file = open_to_read(vmcore());
    if (!file && file.error().number == ENOENT)
        return fail(Cause::missing_file, "there is no /proc/vmcore: no crashed kernel has left its memory",
                    "start this as a crash kernel (kexec -p) that has CONFIG_PROC_VMCORE");
    if (!file)
        return Failure(file.error());
    source_ = std::make_unique<FileSource>(*std::move(file), vmcore());
    std::vector<std::string> notes;
    auto core = open_elf_core(*source_, notes);
    if (!core) {
        warn(fmt::format("{}; going on without the log", core.error().what));
        return {};
    }
    core_ = *std::move(core);
    if (auto text = core_->info.text("CRASHTIME"))
        draft_.outcome.crash_time = parse_decimal(*text).value_or(draft_.outcome.crash_time);
    return {};
}

Result<void> Storer::try_targets() {
    Result<void> stored =
        fail(Cause::bad_usage, "no target is set", "have kdumpctl make the initramfs again");
    for (const Target &target : settings_.targets) {
        stored = attempt(target);
        if (stored)
            break;
        tell(world_, stored.error());
        if (&target != &settings_.targets.back())
            warn(fmt::format("{} {}: {}; going on with the next target", target.type,
                             target.source.empty() ? target.path : target.source, stored.error().what));
    }
    return stored;
}

// kdump.conf(5) of kdump-utils: where kdump_pre keeps the dump from being taken, nothing comes behind it but
// the final action.
Ending Storer::run() {
    auto opened = look_at_dump();
    if (!opened)
        tell(world_, opened.error());
    write_draft(world_, draft_);
    if (is_left_out()) {
        keep_outcome(world_, draft_);
        return Ending::left_out;
    }
    auto stored = opened ? try_targets() : opened;
    if (!stored)
        blame(stored.error());
    if (!is_kept_)
        keep_outcome(world_, draft_);
    Ending ending = stored ? Ending::saved : Ending::failed;
    std::vector<std::string> status{std::to_string(static_cast<int>(ending))};
    run_scripts(settings_.post_scripts, status);
    if (!settings_.post.empty())
        run_scripts({settings_.post}, status);
    return ending;
}

} // namespace

Ending store_dump(const World &world, const Settings &settings) { return Storer(world, settings).run(); }

} // namespace kexec::capture
