// SPDX-License-Identifier: GPL-2.0-or-later
// The way from a command line to a loaded kernel: look, think, act.
#include "kexec/load.h"

#include "base/text.h"
#include "kexec/attempts.h"
#include "kexec/boot_entry.h"
#include "kexec/initrds.h"
#include "kexec/kernel_state.h"
#include "kexec/rearm.h"
#include "kexec/record.h"
#include "kexec/refusal.h"
#include "plan/check.h"
#include "plan/command_line.h"

#include <cerrno>
#include <fmt/core.h>

namespace kexec {
namespace {

Result<void> check_hotplug(const Settings &settings, const Machine &machine) {
    if (!settings.hotplug || machine.kexec.elfcorehdr_size.value_or(0) != 0)
        return {};
    return fail(Cause::bad_usage,
                "--hotplug needs a kernel that keeps the crash kernel's description up to date, and "
                "/sys/kernel/crash_elfcorehdr_size does not say that this one does",
                "leave --hotplug out, and load the crash kernel again after a change of CPUs or memory");
}

Result<Machine> look_at_machine(const World &world) {
    std::vector<Source> sources(common_sources().begin(), common_sources().end());
    sources.insert(sources.end(), world.arch.sources.begin(), world.arch.sources.end());
    return world.arch.understand(take_snapshot(sources, world.root));
}

Result<std::shared_ptr<const MappedFile>> open_file(const std::string &path) {
    return std::make_shared<const MappedFile>(TRY(MappedFile::open(path)));
}

// kexec-tools heeds -t only on its way to kexec_load; a script with a wrong -t works there with the file
// call, and here.
Result<Image> read_kernel(const World &world, const Options &options) {
    auto file = TRY(open_file(options.kernel));
    std::optional<std::string_view> type(options.type);
    auto image = read_image(file, world.arch.formats, type);
    bool may_ignore_type = type && options.settings.call != Call::load;
    if (!image && image.error().cause == Cause::unknown_image && may_ignore_type) {
        if (auto other = read_image(file, world.arch.formats)) {
            warn(world,
                 fmt::format("{}; it is a {}, going on without -t", image.error().what, other->format->name));
            return other;
        }
    }
    return image;
}

// The 16-bit entry, which kexec-tools takes for a bzImage and ignores for anything else.
Result<void> check_real_mode(const World &world, const Options &options, const Image &image) {
    if (!options.settings.has(OptionId::real_mode))
        return {};
    if (std::holds_alternative<BzImage>(image.content))
        return fail(Cause::unsupported, "entering a kernel through its 16-bit setup code is not offered",
                    "leave --real-mode out: the 64-bit entry needs no firmware calls");
    warn(world, "--real-mode has no effect with this kind of kernel; going on without");
    return {};
}

void note_options_without_effect(const World &world, const Options &options) {
    for (const GivenOption &each : options.given)
        if (each.option->reach == OptionReach::nothing && !each.option->note.empty())
            warn(world, fmt::format("--{} has no effect: {}; going on without", each.option->name,
                                    each.option->note));
}

// A text file may well have several lines, and ends with a line end.
Result<std::string> read_command_line(const std::string &path) {
    constexpr std::uint64_t longest = 64 << 10; // no kernel takes as much
    Buffer content = TRY(read_file(path, longest));
    return without_words(as_text(content), {});
}

Result<std::string> command_line_of(const Options &options, const Machine &machine) {
    std::string line;
    if (options.reuse_command_line)
        line = reused_command_line(machine.command_line, options.settings.purpose);
    line = join_command_lines(line, options.append);
    if (!options.append_file.empty())
        line = join_command_lines(line, TRY(read_command_line(options.append_file)));
    if (!options.removed_words.empty())
        line = without_words(line, options.removed_words);
    for (const std::string &word : options.added_words)
        line = join_command_lines(line, word);
    return line;
}

// Null where none was given, or where this architecture has no use for one.
Result<std::shared_ptr<const MappedFile>> open_dtb(const World &world, const Settings &settings) {
    auto given = settings.given.find(OptionId::dtb);
    for (const Option &option : world.arch.options)
        if (given != settings.given.end() && option.id == OptionId::dtb &&
            option.reach != OptionReach::nothing)
            return open_file(given->second);
    return nullptr;
}

Result<Request> build_request(World &world, const Options &options, Machine machine) {
    Image image = TRY(read_kernel(world, options));
    TRY(check_real_mode(world, options, image));
    auto initrd = TRY(open_initrds(options.initrds));
    auto dtb = TRY(open_dtb(world, options.settings));
    Settings settings = options.settings;
    settings.command_line = TRY(command_line_of(options, machine));
    return Request{std::move(settings), std::move(machine), std::move(image),
                   std::move(initrd),   std::move(dtb),     world.calls.draw_entropy()};
}

// What the kernel would refuse whatever is handed to it.
Result<void> check_permission(World &world, const Settings &settings) {
    Evidence found = look_for_permission(world);
    const KernelState &kernel = found.kernel;
    bool by_file = settings.call == Call::file_load;
    Refusal refusal{by_file ? RefusedCall::file_load : RefusedCall::load, EPERM, settings.purpose};
    auto left = settings.purpose == Purpose::crash ? kernel.panic_loads_left : kernel.reboot_loads_left;
    if (!found.may_reboot || kernel.load_disabled == 1U || left == 0U)
        return Failure(explain_refusal(refusal, look_for_evidence(world)));
    if (kernel.has_sysfs && !kernel.loaded)
        return Failure(kernel_has_no_kexec());
    return {};
}

// Several initial ramdisks were joined in memory; what is on disk is what may change or be loaded again.
Result<std::vector<LoadedFile>> files_of(const Request &request, const Options &options) {
    std::vector<LoadedFile> files = {{"kernel", request.image.file}};
    if (options.initrds.size() == 1)
        files.push_back({"initrd", request.initrd});
    else
        for (const std::string &path : options.initrds)
            files.push_back({"initrd", TRY(open_file(path))});
    if (request.dtb)
        files.push_back({"dtb", request.dtb});
    return files;
}

void note_options_of_other_call(const World &world, const Options &options, RefusedCall served) {
    if (served != RefusedCall::load)
        return; // the decision has said so already
    for (const GivenOption &each : options.given)
        if (each.option->reach == OptionReach::file)
            warn(world,
                 fmt::format("--{} has no effect with kexec_load; going on without", each.option->name));
}

} // namespace

Result<PreparedLoad> prepare_load(World &world, Options options) {
    TRY(check_permission(world, options.settings));
    Machine machine = TRY(look_at_machine(world));
    if (options.settings.purpose == Purpose::crash)
        TRY(check_reservation(machine)); // kexec-tools looks for it before it looks at any file
    TRY(check_hotplug(options.settings, machine));
    note_options_without_effect(world, options);
    if (!options.boot_entry.empty())
        TRY(take_boot_entry(world, options));
    Request request = TRY(build_request(world, options, std::move(machine)));
    PreparedLoad prepared{TRY(world.arch.plan(request)), TRY(files_of(request, options)),
                          request.settings.command_line};
    for (const std::string &warning : prepared.decision.warnings)
        warn(world, warning);
    if (options.settings.debug)
        world.complain(describe(prepared.decision));
    return prepared;
}

Result<void> carry_out(World &world, const Options &options, PreparedLoad &prepared) {
    Purpose purpose = options.settings.purpose;
    bool crash_was_loaded = purpose == Purpose::crash && look_at_kernel(world.root).crash_loaded == 1U;
    for (const LoadedFile &each : prepared.files)
        TRY(each.file->unchanged());
    auto served = make_attempts(world, options.settings, prepared.decision.attempts);
    if (!served) {
        // For a crash load the kernel drops the old image before it accepts the new one.
        if (crash_was_loaded && look_at_kernel(world.root).crash_loaded == 0U)
            return Failure(rearm(world, std::move(served).error()));
        return Failure(std::move(served).error());
    }
    note_options_of_other_call(world, options, *served);
    // Where the new kernel is started at once, nobody is left to ask.
    if (!options.steps.contains(Step::execute))
        keep_record(world, options, prepared, *served);
    return {};
}

Result<void> unload(World &world, const Options &options) {
    TRY(make_unload_calls(world, options.settings));
    drop_record(world, options.settings.purpose);
    return {};
}

} // namespace kexec
