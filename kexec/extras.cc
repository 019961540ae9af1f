// SPDX-License-Identifier: GPL-2.0-or-later
// From the command's options to what extras/ makes of a machine. Live plans are made from what a recording
// would hold, and with no randomness: it is drawn when a kernel is loaded, and a plan only says where it
// goes.
#include "kexec/extras.h"

#include "base/new_file.h"
#include "extras/blank.h"
#include "extras/doctor_facts.h"
#include "extras/recording.h"
#include "extras/report.h"
#include "kexec/load.h"
#include "kexec/machine_seen.h"
#include "kexec/no_calls.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace kexec {
namespace {

// The machine that a line is about, by its options; nothing where none is named, or none that can be told.
const Arch *arch_meant(std::span<const GivenOption> options) {
    std::string name = argument_of(options, OptionId::arch), root = argument_of(options, OptionId::root);
    if (name.empty() && !root.empty() && !is_directory(root))
        if (auto recording = open_recording(root))
            name = recording->arch;
    return arch_named(name);
}

std::vector<NamedFile> named_files(const std::vector<LoadedFile> &files) {
    std::vector<NamedFile> named;
    named.reserve(files.size());
    for (const LoadedFile &each : files)
        named.push_back({each.role, each.file->path(), each.file->bytes()});
    return named;
}

std::string listing(const Recording &recording, const std::vector<std::string> &blanked) {
    std::string text;
    const Snapshot &snapshot = recording.snapshot;
    for (std::string_view path : snapshot.paths()) {
        auto content = snapshot.bytes(path);
        std::string size = content ? fmt::to_string(content->size()) : "unreadable";
        bool changed = std::ranges::find(blanked, path) != blanked.end();
        text += fmt::format("{:>10}  {}{}\n", size, path, changed ? "  (without what is private)" : "");
    }
    return text;
}

// What is no longer needed is let go of as early as it can be: of a large machine each step is megabytes.
Result<Report> report_for(const World &world, Options &options) {
    MachineSeen seen = TRY(see_machine(world, options, {}));
    blank(seen.snapshot);
    NoCalls calls;
    std::vector<std::string> warnings;
    World looking{.calls = calls,
                  .arch = world.arch,
                  .root = seen.root,
                  .print = world.print,
                  .complain = [&](std::string_view text) { warnings.push_back(sentence_in(text)); }};
    const Entropy drawn_at_load{.bytes = {}, .available = true};
    Machine machine = TRY(world.arch.understand(seen.snapshot));
    seen.snapshot = {};
    Asked asked = TRY(request_for(looking, options, std::move(machine), drawn_at_load));
    Decision decision = TRY(world.arch.plan(asked.request));
    return report_on(asked.request, decision, named_files(TRY(files_of(asked, options))),
                     std::move(warnings));
}

} // namespace

bool has_extras() { return true; }
bool is_built_in(OptionId) { return true; }

const Arch &arch_of_line(const Arch &own, std::span<const char *const> words, Order order) {
    auto meant_by = [&](const Arch &table) -> std::optional<const Arch *> {
        auto arguments = read_arguments(words, table.options, order);
        return arguments ? std::optional(arch_meant(arguments->options)) : std::nullopt;
    };
    // Nearly every line is about this machine, and is read once; --arch and --root are in every table.
    if (auto meant = meant_by(own)) {
        bool is_foreign = *meant && (*meant)->name != own.name;
        return is_foreign && read_arguments(words, (*meant)->options, order) ? **meant : own;
    }
    auto is_about = [&](const Arch &arch) { return meant_by(arch) == &arch; };
    for (const Arch *arch : all_archs())
        if (arch->name != own.name && is_about(*arch))
            return *arch;
    return own;
}

Result<const Arch *> machine_named(const World &world, const Options &options) {
    if (!options.settings.has(OptionId::root) && !options.settings.has(OptionId::arch))
        return nullptr;
    TRY(named_recording(world, options));
    return &world.arch;
}

Result<int> show_plan(const World &world, Options options) {
    std::string form = argument_of(options.given, OptionId::plan);
    Report report = TRY(report_for(world, options));
    world.print(form == "json"  ? report_json(report)
                : form == "svg" ? report_svg(report)
                                : report_text(report));
    return 0;
}

Result<int> record_machine(const World &world, const Options &options) {
    std::string path = argument_of(options.given, OptionId::record);
    if (!options.kernel.empty() || options.settings.has(OptionId::plan))
        return fail(Cause::bad_usage, "--record looks at the machine alone, and a plan is asked for too",
                    "record first, then plan with --root=" + path);
    std::vector<Source> sources = all_sources(world.arch);
    sources.insert(sources.end(), doctor_sources().begin(), doctor_sources().end());
    Recording recording{.arch = std::string(world.arch.name),
                        .snapshot = take_snapshot(sources, world.root),
                        .dump_space = {}};
    std::vector<std::string> blanked = blank(recording.snapshot);
    recording.dump_space = space_for_dumps(dump_target(recording.snapshot), world.root);
    if (auto machine = world.arch.understand(recording.snapshot); !machine)
        warn(world,
             fmt::format("no plan can be made for this machine: {}; going on without", machine.error().what));
    Buffer packed = TRY(write_recording(recording));
    NewFile file = TRY(NewFile::create(path));
    TRY(file.append(packed));
    TRY(file.finish());
    world.print(listing(recording, blanked));
    world.print(
        fmt::format("{}: {} bytes, {} files\n", path, packed.size(), recording.snapshot.paths().size()));
    return 0;
}

} // namespace kexec
