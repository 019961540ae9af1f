// SPDX-License-Identifier: GPL-2.0-or-later
// From the command's options to what extras/ says of a machine: gathers what a line is about (the kernel that
// it names, the one that is recorded as loaded, the room for dumps), and changes nothing.
#include "extras/doctor.h"

#include "base/new_file.h"
#include "extras/blank.h"
#include "kexec/exit_status.h"
#include "kexec/extras.h"
#include "kexec/load.h"
#include "kexec/machine_seen.h"
#include "kexec/no_calls.h"
#include "kexec/record.h"
#include "plan/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

// What is seen of a machine that is not this one says nothing of its file systems.
bool has_files_of(const MachineSeen &seen, const World &world) {
    return !seen.is_recorded && seen.root == world.root;
}

std::optional<LoadRecord> record_in(const Snapshot &snapshot, Purpose purpose) {
    auto text = snapshot.text(record_path(purpose));
    auto record = text ? parse_record(*text) : LoadRecord();
    bool is_of_this_boot = text && record && boot_of(snapshot) == record->boot;
    return is_of_this_boot ? std::optional(*std::move(record)) : std::nullopt;
}

LoadedKernel loaded_kernel(const MachineSeen &seen, const World &world, Purpose purpose) {
    LoadedKernel loaded{
        .is_recorded = false, .what = {}, .changed = {}, .can_compare = has_files_of(seen, world)};
    auto record = record_in(seen.snapshot, purpose);
    if (!record)
        return loaded;
    std::vector<std::string> paths;
    for (const RecordedFile &file : record->files) {
        paths.push_back(file.path);
        auto same = loaded.can_compare ? check_unchanged(file) : Result<void>();
        if (!same)
            loaded.changed.push_back(same.error().what);
    }
    loaded.is_recorded = true;
    loaded.what = fmt::format("{} by {}", fmt::join(paths, " and "), record->call);
    return loaded;
}

// The options that load the recorded crash kernel again, where none is named and this machine has one.
std::optional<Options> options_of_loaded(const World &world, const Options &options) {
    bool is_asked =
        options.settings.purpose == Purpose::crash && options.kernel.empty() && options.boot_entry.empty();
    auto record = is_asked ? recorded(world, Purpose::crash) : std::optional<LoadRecord>();
    if (!record || !*record || (*record)->words.empty())
        return std::nullopt;
    auto repeated = options_to_repeat(world, **record);
    return repeated ? std::optional(*std::move(repeated)) : std::nullopt;
}

std::optional<std::string> configuration_of(const DoctorFacts &facts, const MachineSeen &seen,
                                            const World &world, const KernelFacts &kernel) {
    constexpr std::uint64_t longest = 4 << 20;
    if (!kernel.banner)
        return std::nullopt;
    if (kernel.banner->release == facts.release)
        return facts.configuration;
    bool is_name = kernel.banner->release.find('/') == std::string::npos;
    if (!is_name || !has_files_of(seen, world))
        return std::nullopt;
    auto text = read_file(seen.root + "/boot/config-" + kernel.banner->release, longest);
    return text ? std::optional(std::string(as_text(*text))) : std::nullopt;
}

Result<Decision> decide(const World &world, const Request &request) {
    if (request.settings.purpose == Purpose::crash)
        TRY(check_reservation(request.machine));
    return world.arch.plan(request);
}

NamedKernel named_kernel(const World &world, const Asked &asked, const DoctorFacts &facts) {
    const Request &request = asked.request;
    const Image &image = request.image;
    bool is_wrapped = !image.wrappers.empty();
    NamedKernel kernel{.path = image.file->path() + asked.configuration,
                       .format = image.format->name,
                       .by_file_load = image.format->by_file_load,
                       .is_wrapped = is_wrapped,
                       .size = image.file->bytes().size(),
                       .facts = facts_of(image),
                       .signatures = signatures_of(is_wrapped ? image.bytes : image.file->bytes()),
                       .configuration = std::nullopt,
                       .initrd = std::nullopt,
                       .command_line = request.settings.command_line,
                       .decision = decide(world, request),
                       .warnings = {}};
    if (request.initrd)
        kernel.initrd = facts_of_initramfs(request.initrd->bytes(), facts.page);
    return kernel;
}

// Puts the kernel that `options` name into the facts, or why it cannot be looked at.
void look_at_kernel_file(DoctorFacts &facts, const MachineSeen &seen, const World &world, Options options) {
    NoCalls calls;
    std::vector<std::string> warnings;
    World looking{.calls = calls,
                  .arch = world.arch,
                  .root = seen.root,
                  .print = [](std::string_view) {},
                  .complain = [&](std::string_view text) { warnings.push_back(sentence_in(text)); }};
    const Entropy drawn_at_load{.bytes = {}, .available = true};
    auto asked = request_without_reservation(looking, options, *facts.machine, drawn_at_load);
    if (!asked) {
        facts.kernel_error = asked.error();
        return;
    }
    facts.kernel = named_kernel(looking, *asked, facts);
    facts.kernel->warnings = std::move(warnings);
    facts.kernel->configuration = configuration_of(facts, seen, world, facts.kernel->facts);
}

int status_of(Verdict worst) {
    return worst == Verdict::broken ? doctor_finds_broken : worst == Verdict::warning ? doctor_warns : 0;
}

} // namespace

Result<int> examine_machine(const World &world, const Options &options) {
    MachineSeen seen = TRY(see_machine(world, options, doctor_sources()));
    blank(seen.snapshot);
    Purpose purpose = options.settings.purpose;
    DoctorFacts facts =
        doctor_facts(seen.snapshot, purpose, world.arch.name, world.arch.understand(seen.snapshot));
    facts.record = loaded_kernel(seen, world, purpose);
    facts.target = dump_target(seen.snapshot);
    facts.target->free =
        has_files_of(seen, world) ? space_for_dumps(*facts.target, seen.root) : seen.dump_space;
    auto loaded = has_files_of(seen, world) && facts.crash_loaded == true ? options_of_loaded(world, options)
                                                                          : std::nullopt;
    bool names_kernel = !options.kernel.empty() || !options.boot_entry.empty();
    if (facts.machine && (names_kernel || loaded)) {
        look_at_kernel_file(facts, seen, world, loaded ? *loaded : options);
        if (facts.kernel)
            facts.kernel->is_loaded_one = loaded.has_value();
    }
    Diagnosis diagnosis = diagnose(facts);
    bool as_json = options.settings.has(OptionId::json);
    world.print(as_json ? diagnosis_json(diagnosis) : diagnosis_text(diagnosis));
    return status_of(diagnosis.worst());
}

} // namespace kexec
