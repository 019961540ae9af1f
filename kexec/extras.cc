// SPDX-License-Identifier: GPL-2.0-or-later
// From the command's options to what extras/ makes of a machine. Live plans are made from what a recording
// would hold, and with no randomness: it is drawn when a kernel is loaded, and a plan only says where it
// goes.
#include "kexec/extras.h"

#include "base/new_file.h"
#include "extras/blank.h"
#include "extras/recording.h"
#include "extras/report.h"
#include "kexec/load.h"
#include "kexec/no_calls.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace kexec {
namespace {

std::string argument_of(std::span<const GivenOption> options, OptionId id) {
    std::string argument;
    for (const GivenOption &each : options)
        if (each.option->id == id)
            argument = each.argument;
    return argument;
}

Result<Recording> open_recording(const std::string &path) {
    Buffer file = TRY(read_file(path, largest_recording));
    return TRY_WITHIN(path, read_recording(file));
}

// The machine that a line is about, by its options; nothing where none is named, or none that can be told.
const Arch *arch_meant(std::span<const GivenOption> options) {
    std::string name = argument_of(options, OptionId::arch), root = argument_of(options, OptionId::root);
    if (name.empty() && !root.empty() && !is_directory(root))
        if (auto recording = open_recording(root))
            name = recording->arch;
    return arch_named(name);
}

struct Seen {
    Snapshot snapshot;
    std::string root; // in front of paths of its own; "" is this machine
};

std::string names_of_archs() {
    std::string names;
    for (const Arch *arch : all_archs())
        names += (names.empty() ? "" : ", ") + std::string(arch->name);
    return names;
}

bool is_called(const Arch &arch, std::string_view name) {
    const Arch *named = arch_named(name);
    return named && named->name == arch.name;
}

// The line has been read by the options of another machine where it did not name one that is known.
Result<void> check_arch(const Arch &arch, const std::string &named, std::string_view where) {
    if (named.empty() || is_called(arch, named))
        return {};
    return fail(Cause::bad_usage,
                fmt::format("{} names the architecture \"{}\", this program knows {}", where, named,
                            names_of_archs()),
                "name one of these, or use a build with all of them (-Dbackends=all)");
}

Result<Seen> see_recording(const World &world, const std::string &path, const Options &options) {
    Recording recording = TRY(open_recording(path));
    std::string asked = argument_of(options.given, OptionId::arch);
    if (!asked.empty() && !is_called(world.arch, recording.arch))
        return fail(Cause::bad_usage,
                    fmt::format("{} is the recording of a machine of architecture {}, and --arch={} is given",
                                path, recording.arch, asked),
                    "leave --arch out");
    TRY(check_arch(world.arch, recording.arch, path));
    if (!options.boot_entry.empty())
        return fail(Cause::bad_usage, "a recording holds no boot menu for --load-entry to look into",
                    "name a kernel file");
    return Seen{std::move(recording.snapshot), {}};
}

Result<Seen> see_machine(const World &world, const Options &options) {
    std::string root = argument_of(options.given, OptionId::root);
    TRY(check_arch(world.arch, argument_of(options.given, OptionId::arch), "--arch"));
    if (!root.empty() && !is_directory(root))
        return see_recording(world, root, options);
    std::string below = root.empty() ? world.root : root;
    return Seen{take_snapshot(all_sources(world.arch), below), below};
}

// "kexec: sentence\n"
std::string sentence_in(std::string_view complaint) {
    constexpr std::string_view start = "kexec: ";
    if (complaint.starts_with(start))
        complaint.remove_prefix(start.size());
    return std::string(complaint.substr(0, complaint.find('\n')));
}

std::vector<NamedFile> named_files(const std::vector<LoadedFile> &files) {
    std::vector<NamedFile> named;
    for (const LoadedFile &each : files)
        named.push_back({each.role, each.file->path(), each.file->bytes()});
    return named;
}

std::string listing(const Recording &recording, const std::vector<std::string> &blanked) {
    std::string text;
    const Snapshot &snapshot = recording.snapshot;
    for (const std::string &path : snapshot.paths()) {
        auto content = snapshot.bytes(path);
        std::string size = content ? fmt::to_string(content->size()) : "unreadable";
        bool changed = std::ranges::find(blanked, path) != blanked.end();
        text += fmt::format("{:>10}  {}{}\n", size, path, changed ? "  (without what is private)" : "");
    }
    return text;
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

Result<int> show_plan(const World &world, Options options) {
    Seen seen = TRY(see_machine(world, options));
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
    Asked asked = TRY(request_for(looking, options, std::move(machine), drawn_at_load));
    Decision decision = TRY(world.arch.plan(asked.request));
    Report report =
        report_on(asked.request, decision, named_files(TRY(files_of(asked, options))), std::move(warnings));
    std::string form = argument_of(options.given, OptionId::plan);
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
    Recording recording{.arch = std::string(world.arch.name),
                        .snapshot = take_snapshot(all_sources(world.arch), world.root)};
    std::vector<std::string> blanked = blank(recording.snapshot);
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
