// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU has a virtio disk on every machine. A file of a later archive takes an earlier one's place in an
// initramfs: so the settings of the trial stand behind the real ones.
#include "util/kdumpctl/trial.h"

#include "base/cpio.h"
#include "base/range.h"
#include "base/text.h"
#include "capture/layout.h"
#include "capture/outcome.h"
#include "util/kdumpctl/build.h"

#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view scratch_device = "/dev/vda";
constexpr std::array<std::string_view, 2> disk_modules{"virtio_pci", "virtio_blk"};
constexpr std::array<std::string_view, 2> channel_disk_modules{"virtio_ccw", "virtio_blk"};
constexpr std::uint64_t largest_kernel = 512 << 20;
constexpr std::uint64_t scratch_size = std::uint64_t{4} << 30, first_kernel_memory = std::uint64_t{1} << 30;
// ppc64's memory comes in blocks, and no machine minds.
constexpr std::uint64_t memory_block = 256 << 20;
constexpr std::uint64_t step = 4 << 20, archive_block = 512;
constexpr std::chrono::seconds limit{1800};

struct Maker {
    std::string_view type, program;
    std::array<std::string_view, 2> options;
};
constexpr std::array makers{
    Maker{"ext2", "mkfs.ext2", {"-q", "-F"}},   Maker{"ext3", "mkfs.ext3", {"-q", "-F"}},
    Maker{"ext4", "mkfs.ext4", {"-q", "-F"}},   Maker{"xfs", "mkfs.xfs", {"-q", "-f"}},
    Maker{"btrfs", "mkfs.btrfs", {"-q", "-f"}},
};

const Maker *maker_of(std::string_view type) {
    for (const Maker &maker : makers)
        if (maker.type == type)
            return &maker;
    return nullptr;
}

std::string arch_of(std::string_view architecture) {
    return architecture == "aarch64"           ? "arm64"
           : architecture.starts_with("ppc64") ? "ppc64"
                                               : std::string(architecture);
}

Result<void> choose_disk(const World &world, const Service &service, TrialSetup &setup) {
    const auto &targets = service.plan.settings.targets;
    setup.type = targets.empty() ? "" : targets.front().type;
    if (!service.plan.userland.empty())
        return fail(Cause::unsupported, "a trial has no dracut, and " + service.plan.userland,
                    "\"kdumpctl test\" crashes this machine itself");
    if (setup.type == "raw")
        return {};
    const Maker *maker = maker_of(setup.type);
    if (!maker)
        return fail(Cause::unsupported,
                    fmt::format("a trial has no target of type {}", printable(setup.type)),
                    "\"kdumpctl test\" crashes this machine itself");
    auto program = world.find_program(maker->program);
    if (!program)
        return fail(Cause::missing_file,
                    fmt::format("{} is not installed, which makes the scratch disk", maker->program),
                    "install it");
    setup.make_file_system = *program;
    return {};
}

// With the trial's settings: one target, on the scratch disk, and an end that the emulator sees.
Result<Buffer> trial_initramfs(const World &world, const Service &service, std::string_view arch) {
    capture::Wish wish = TRY(capture_wish(world, service));
    for (std::string_view module : arch == "s390x" ? channel_disk_modules : disk_modules)
        wish.extra_modules.emplace_back(module);
    capture::Initramfs made = TRY(capture::make_initramfs(wish));
    capture::Settings settings = wish.settings;
    settings.targets = {settings.targets.front()};
    settings.targets.front().source = scratch_device;
    settings.targets.front().options.clear();
    settings.targets.front().size = 0;
    settings.failure_action = settings.final_action = capture::Action::reboot;
    Archive archive;
    archive.add_file(capture::settings_path.substr(1), as_bytes(TRY(capture::settings_text(settings))), 0644);
    Buffer bytes = std::move(made.bytes);
    bytes.resize(align_up(bytes.size(), archive_block).value_or(bytes.size()));
    append(bytes, archive.finish());
    return bytes;
}

Result<void> make_file_system(const World &world, const TrialSetup &setup, const std::string &path) {
    if (setup.make_file_system.empty())
        return {};
    const Maker &maker = *maker_of(setup.type);
    std::vector<std::string> arguments(maker.options.begin(), maker.options.end());
    arguments.push_back(path);
    int status = TRY(world.run(setup.make_file_system, arguments));
    if (status == 0)
        return {};
    return fail(Cause::other, fmt::format("{} ended with status {}", setup.make_file_system, status),
                "what went wrong stands above");
}

Rehearsal rehearsal_of(const TrialSetup &setup, std::uint64_t reservation, const std::string &disk) {
    Rehearsal rehearsal;
    std::uint64_t memory = reservation + first_kernel_memory;
    rehearsal.machine = {.arch = setup.arch, .memory = align_up(memory, memory_block).value_or(memory)};
    rehearsal.devices = {"-drive", fmt::format("file={},if=none,id=scratch,format=raw,cache=unsafe", disk),
                         "-device",
                         setup.arch == "s390x" ? "virtio-blk-ccw,drive=scratch"
                                               : "virtio-blk-pci,drive=scratch"};
    rehearsal.first_kernel = rehearsal.kernel = setup.kernel;
    rehearsal.first_words = fmt::format("crashkernel={}M", reservation >> 20);
    rehearsal.program = setup.program;
    rehearsal.files = setup.files;
    rehearsal.options = setup.options;
    rehearsal.initrd = setup.initramfs;
    rehearsal.command_line = setup.command_line;
    rehearsal.limit = rehearsal.watch = limit;
    return rehearsal;
}

std::string last_of(const std::vector<std::string> &lines) {
    return lines.empty() ? "nothing" : printable(lines.back());
}

// Why there is no dump, by how far it came.
std::string reason_in(const kexec::Outcome &outcome) {
    switch (outcome.reached) {
    case Reached::nothing: return "the first kernel did not come up: " + last_of(outcome.console);
    case Reached::first_kernel: return "the crash kernel was not loaded: " + last_of(outcome.load_output);
    case Reached::loaded:
        return "the capture kernel did not reach its initramfs: " +
               last_of(outcome.panics.empty() ? outcome.console : outcome.panics);
    case Reached::second_init: break;
    }
    if (!outcome.panics.empty())
        return last_of(outcome.panics);
    if (!outcome.kills.empty())
        return last_of(outcome.kills);
    return outcome.ending == Ending::out_of_time ? "it took too long" : "the capture program told no end";
}

Trial trial_of(const kexec::Outcome &outcome) {
    std::string console;
    for (const std::string &line : outcome.console)
        console += line + "\n";
    auto told = capture::find_outcome(console);
    Trial trial{.saved = told && told->saved, .memory = outcome.memory};
    if (trial.saved)
        trial.directory = told->directory;
    else
        trial.why = told ? told->what : reason_in(outcome);
    return trial;
}

} // namespace

Result<TrialSetup> prepare_trial(const World &world, const Service &service) {
    TrialSetup setup;
    setup.arch = arch_of(world.architecture);
    TRY(choose_disk(world, service, setup));
    auto program = world.find_program("kexec");
    if (!program)
        return fail(Cause::missing_file, "kexec is not installed", "install the package again");
    setup.program = *program;
    setup.files = TRY(world.emulation->files_of_program(setup.program));
    setup.kernel_path = service.kernel.path;
    setup.kernel = TRY(read_file(world.root + service.kernel.path, largest_kernel));
    setup.initramfs = TRY(trial_initramfs(world, service, setup.arch));
    for (std::string_view word : words_of(service.configuration.variable("KEXEC_ARGS").value_or("")))
        setup.options.emplace_back(word);
    setup.command_line = capture_command_line(service.line, service.configuration);
    return setup;
}

Result<Trial> try_dump(const World &world, const TrialSetup &setup, std::uint64_t reservation) {
    Scratch scratch = TRY(world.emulation->make_scratch(scratch_size));
    TRY(make_file_system(world, setup, scratch.path));
    return trial_of(TRY(world.emulation->rehearse(rehearsal_of(setup, reservation, scratch.path))));
}

Result<std::optional<std::uint64_t>> smallest_reservation(
    std::uint64_t high, const std::function<Result<bool>(std::uint64_t)> &saves) {
    high = align_up(high, step).value_or(high);
    std::uint64_t low = 0;
    if (!TRY(saves(high)))
        return std::nullopt;
    while (high - low > step) {
        std::uint64_t middle = low + (high - low) / 2 / step * step;
        (TRY(saves(middle)) ? high : low) = middle;
    }
    return high;
}

} // namespace kexec::kdumpctl
