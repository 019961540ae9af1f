// SPDX-License-Identifier: GPL-2.0-or-later
// Finding the machine, and refusing lines that contradict themselves about it.
#include "kexec/machine_seen.h"

#include "base/new_file.h"

#include <fmt/format.h>

namespace kexec {
namespace {

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

// One that can be read, of the architecture that is meant.
Result<Recording> recording_meant(const World &world, const std::string &path, const Options &options) {
    Recording recording = TRY(open_recording(path));
    std::string asked = argument_of(options.given, OptionId::arch);
    if (!asked.empty() && !is_called(world.arch, recording.arch))
        return fail(Cause::bad_usage,
                    fmt::format("{} is the recording of a machine of architecture {}, and --arch={} is given",
                                absolute_path(path), recording.arch, asked),
                    "leave --arch out");
    TRY(check_arch(world.arch, recording.arch, absolute_path(path)));
    return recording;
}

} // namespace

std::string argument_of(std::span<const GivenOption> options, OptionId id) {
    std::string argument;
    for (const GivenOption &each : options)
        if (each.option->id == id)
            argument = each.argument;
    return argument;
}

Result<Recording> open_recording(const std::string &path) {
    Buffer file = TRY(read_file(path, largest_recording));
    return TRY_WITHIN(absolute_path(path), read_recording(file));
}

Result<std::optional<Recording>> named_recording(const World &world, const Options &options) {
    std::string root = argument_of(options.given, OptionId::root);
    TRY(check_arch(world.arch, argument_of(options.given, OptionId::arch), "--arch"));
    if (root.empty() || is_directory(root))
        return std::nullopt;
    return TRY(recording_meant(world, root, options));
}

Result<MachineSeen> see_machine(const World &world, const Options &options, std::span<const Source> more) {
    auto recording = TRY(named_recording(world, options));
    if (recording && !options.boot_entry.empty())
        return fail(Cause::bad_usage, "a recording holds no boot menu for --load-entry to look into",
                    "name a kernel file");
    if (recording)
        return MachineSeen{.snapshot = std::move(recording->snapshot),
                           .root = {},
                           .is_recorded = true,
                           .dump_space = recording->dump_space};
    std::string root = argument_of(options.given, OptionId::root);
    std::string below = root.empty() ? world.root : root;
    std::vector<Source> sources = all_sources(world.arch);
    sources.insert(sources.end(), more.begin(), more.end());
    return MachineSeen{.snapshot = take_snapshot(sources, below), .root = below};
}

std::string sentence_in(std::string_view complaint) {
    constexpr std::string_view start = "kexec: ";
    if (complaint.starts_with(start))
        complaint.remove_prefix(start.size());
    return std::string(complaint.substr(0, complaint.find('\n')));
}

// A made-up directory has no room to tell of.
std::optional<std::uint64_t> space_for_dumps(const DumpTarget &target, const std::string &root) {
    if (!target.place.starts_with('/'))
        return std::nullopt;
    return free_space(root + target.place).value_or(std::nullopt);
}

} // namespace kexec
