// SPDX-License-Identifier: GPL-2.0-or-later
// The way from a command line to a loaded kernel: look, think, act.
#include "kexec/load.h"

#include "kexec/attempts.h"
#include "kexec/boot_entry.h"
#include "kexec/kernel_state.h"
#include "kexec/parts.h"
#include "kexec/rearm.h"
#include "kexec/record.h"
#include "kexec/refusal.h"
#include "plan/check.h"

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

// kexec-tools heeds -t only on its way to kexec_load; a script with a wrong -t works there with the file
// call, and here.
Result<Image> read_kernel(const World &world, const Options &options, const std::string &path,
                          const Selection &selection) {
    auto file = TRY(map_file(path));
    std::optional<std::string_view> type(options.type);
    auto image = read_image(file, world.arch.formats, type, selection);
    bool may_ignore_type = type && options.settings.call != Call::load;
    if (!image && image.error().cause == Cause::unknown_image && may_ignore_type) {
        if (auto other = read_image(file, world.arch.formats, {}, selection)) {
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

Result<Asked> build_request(const World &world, const Options &options, Machine machine,
                            const Entropy &entropy) {
    KernelName kernel = parse_kernel_name(options.kernel);
    Selection selection = selection_of(options, kernel, machine);
    Image image = TRY(read_kernel(world, options, kernel.path, selection));
    TRY(check_real_mode(world, options, image));
    TRY(check_selection(selection, image));
    std::vector<std::string> warnings;
    auto addons = take_addons(image, selection, warnings);
    Request request{options.settings, std::move(machine), std::move(image), nullptr, nullptr, entropy};
    TRY(add_parts(request, options, world.arch, warnings));
    if (request.settings.has(OptionId::fast))
        unpack_initrd(request, warnings);
    for (const std::string &warning : warnings)
        warn(world, warning);
    return Asked{std::move(request), std::move(addons),
                 kernel.configuration ? "#" + *kernel.configuration : ""};
}

// What the kernel would refuse whatever is handed to it.
Result<void> check_permission(World &world, const Settings &settings, const KernelState &kernel) {
    bool by_file = settings.call == Call::file_load;
    Refusal refusal{by_file ? RefusedCall::file_load : RefusedCall::load, EPERM, settings.purpose};
    auto left = settings.purpose == Purpose::crash ? kernel.panic_loads_left : kernel.reboot_loads_left;
    if (!world.calls.may_reboot() || kernel.load_disabled == 1U || left == 0U)
        return Failure(explain_refusal(refusal, look_for_evidence(world)));
    if (kernel.has_sysfs && !kernel.loaded)
        return Failure(kernel_has_no_kexec());
    return {};
}

void note_options_of_other_call(const World &world, const Options &options, RefusedCall served) {
    if (served != RefusedCall::load)
        return; // the decision has said so already
    for (const GivenOption &each : options.given)
        if (each.option->reach == OptionReach::file)
            warn(world,
                 fmt::format("--{} has no effect with kexec_load; going on without", each.option->name));
}

// One line for whoever is watching; scripts read nothing that kexec-tools does not write.
void say_what_is_loaded(const World &world, const Options &options, const PreparedLoad &prepared,
                        RefusedCall served) {
    if (!world.to_terminal && !options.settings.debug)
        return;
    std::string files;
    for (const LoadedFile &each : prepared.files)
        files += (files.empty() ? "" : ", ") + each.file->path();
    warn(world, fmt::format("loaded {} by {}: {}",
                            options.settings.purpose == Purpose::crash ? "as the crash kernel"
                                                                       : "for the next reboot",
                            name_of(served), files));
}

} // namespace

Result<Asked> request_for(const World &world, Options &options, Machine machine, const Entropy &entropy) {
    if (options.settings.purpose == Purpose::crash)
        TRY(check_reservation(machine)); // kexec-tools looks for it before it looks at any file
    return request_without_reservation(world, options, std::move(machine), entropy);
}

Result<Asked> request_without_reservation(const World &world, Options &options, Machine machine,
                                          const Entropy &entropy) {
    TRY(check_hotplug(options.settings, machine));
    note_options_without_effect(world, options);
    if (!options.boot_entry.empty())
        TRY(take_boot_entry(world, options));
    return build_request(world, options, std::move(machine), entropy);
}

// Several initial ramdisks were joined in memory; what is on disk is what may change or be loaded again.
Result<std::vector<LoadedFile>> files_of(const Asked &asked, const Options &options) {
    const Request &request = asked.request;
    std::vector<LoadedFile> files = {{"kernel", request.image.file}};
    for (const auto &addon : asked.addons)
        files.push_back({"addon", addon});
    for (const std::string &path : options.initrds) {
        bool is_alone = request.initrd && request.initrd->path() == path;
        files.push_back({"initrd", is_alone ? request.initrd : TRY(map_file(path))});
    }
    if (request.dtb && request.settings.has(OptionId::dtb))
        files.push_back({"dtb", request.dtb});
    for (const std::string &path : options.tree_overlays)
        files.push_back({"dtb-overlay", TRY(map_file(path))});
    return files;
}

Result<PreparedLoad> prepare_load(World &world, Options options) {
    Snapshot snapshot = take_snapshot(sources_for(world.arch, options.settings), world.root);
    TRY(check_permission(world, options.settings, understand_kernel(snapshot)));
    Machine machine = TRY(world.arch.understand(snapshot));
    Asked asked = TRY(request_for(world, options, std::move(machine), world.calls.draw_entropy()));
    PreparedLoad prepared{TRY(world.arch.plan(asked.request)),
                          TRY(files_of(asked, options)),
                          asked.request.settings.command_line,
                          asked.configuration,
                          {},
                          {}};
    if (options.settings.purpose == Purpose::crash) {
        prepared.words_for_parts = words_for_parts(asked.request, options);
        prepared.planned_for = pluggable_parts(asked.request.machine);
    }
    for (const std::string &warning : prepared.decision.warnings)
        warn(world, warning);
    if (options.settings.debug)
        world.complain(describe(prepared.decision));
    return prepared;
}

namespace {

Result<void> check_unchanged(const PreparedLoad &prepared) {
    for (const LoadedFile &each : prepared.files)
        TRY(each.file->unchanged());
    return {};
}

// While files are hashed and copied they may be written to, where nothing keeps writers out. The purgatory
// would stop the machine over that: what was loaded is taken out again.
Error take_back(World &world, const Options &options, Error changed) {
    if (auto unloaded = make_unload_calls(world, options.settings); !unloaded)
        changed.details.push_back("it is loaded all the same: " + unloaded.error().what);
    else
        changed.details.push_back("what had been loaded was taken out again");
    return changed;
}

} // namespace

Result<RefusedCall> load_prepared(World &world, const Options &options, PreparedLoad &prepared) {
    TRY(check_unchanged(prepared));
    RefusedCall served =
        TRY(make_attempts(world, options.settings, prepared.decision.attempts, prepared.files));
    auto unchanged = check_unchanged(prepared);
    if (!unchanged)
        return Failure(take_back(world, options, std::move(unchanged).error()));
    return served;
}

namespace {

// The headers of a crash kernel tell of all memory and CPUs. kexec_file_load leaves it to the kernel to look;
// and a kernel for a reboot may be started hours later, so that a look right behind its load would be worth
// nothing.
Result<RefusedCall> load_for_this_machine(World &world, const Options &options, PreparedLoad &prepared) {
    bool crash = options.settings.purpose == Purpose::crash;
    for (unsigned loads = 1;; ++loads) {
        RefusedCall served = TRY(load_prepared(world, options, prepared));
        bool may_have_changed = crash && served == RefusedCall::load;
        if (!may_have_changed || !have_changed(prepared.planned_for, world.root))
            return served;
        if (loads == most_loads) {
            warn(world, fmt::format("memory or CPUs came or went during each of {} loads; going on without "
                                    "another, load the kernel again when they are settled",
                                    most_loads));
            return served;
        }
        warn(world, "memory or CPUs came or went during the load; loading again, for what there is now");
        auto again = prepare_load(world, options);
        if (!again)
            return Failure(take_back(world, options, std::move(again).error()));
        prepared = *std::move(again);
    }
}

} // namespace

Result<void> carry_out(World &world, const Options &options, PreparedLoad &prepared) {
    Purpose purpose = options.settings.purpose;
    bool crash_was_loaded = purpose == Purpose::crash && look_at_kernel(world.root).crash_loaded == 1U;
    auto record = begin_record(world, purpose);
    auto served = load_for_this_machine(world, options, prepared);
    if (!served) {
        // For a crash load the kernel drops the old image before it accepts the new one.
        if (crash_was_loaded && look_at_kernel(world.root).crash_loaded == 0U)
            return Failure(rearm(world, std::move(served).error()));
        return Failure(std::move(served).error());
    }
    note_options_of_other_call(world, options, *served);
    say_what_is_loaded(world, options, prepared, *served);
    // Where the new kernel is started at once, nobody is left to ask.
    if (record && !options.steps.contains(Step::execute))
        keep_record(world, options, prepared, *served, *std::move(record));
    else
        drop_record(world, purpose);
    return {};
}

Result<void> unload(World &world, const Options &options) {
    auto record = begin_record(world, options.settings.purpose);
    TRY(make_unload_calls(world, options.settings));
    drop_record(world, options.settings.purpose);
    return {};
}

} // namespace kexec
