// SPDX-License-Identifier: GPL-2.0-or-later
// From a command line to a rehearsal of it. The request is the one that a load here would make: the guest's
// kexec is given what was joined and unwrapped already, so that it loads the same kernel, command line and
// initial ramdisk.
#include "kexec/rehearse.h"

#include "base/text.h"
#include "extras/likeness.h"
#include "extras/rehearsal_text.h"
#include "kexec/extras.h"
#include "kexec/load.h"
#include "kexec/no_calls.h"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace kexec {
namespace {

constexpr std::string_view own_program = "/proc/self/exe";
constexpr std::uint64_t largest_state_file = 1 << 20;

// Options that say how to load, which the guest's kexec is given as they are.
bool is_about_the_call(const Option &option) {
    constexpr OptionId always[] = {OptionId::file_call, OptionId::load_call, OptionId::automatic_call,
                                   OptionId::hotplug, OptionId::debug};
    return std::ranges::find(always, option.id) != std::end(always) ||
           option.reach == OptionReach::segments || option.reach == OptionReach::file;
}

// Options about this machine's memory or hardware, which make no sense on another.
bool is_about_this_machine(const Option &option) {
    constexpr OptionId ours[] = {OptionId::mem_min, OptionId::mem_max, OptionId::dtb, OptionId::dtb_overlay,
                                 OptionId::dtb_set};
    return std::ranges::find(ours, option.id) != std::end(ours);
}

std::string word_of(const GivenOption &given) {
    const Option &option = *given.option;
    return option.argument.empty() ? fmt::format("--{}", option.name)
                                   : fmt::format("--{}={}", option.name, given.argument);
}

std::vector<std::string> options_for_guest(const Options &options, const Image &image,
                                           std::vector<std::string> &other) {
    std::vector<std::string> words;
    for (const GivenOption &each : options.given) {
        // The guest's kernel file has no wrappers any more.
        bool is_type = each.option->id == OptionId::type && image.wrappers.empty();
        if (is_about_this_machine(*each.option))
            other.push_back(fmt::format("--{} is left out: it is about this machine", each.option->name));
        else if (is_type || is_about_the_call(*each.option))
            words.push_back(word_of(each));
    }
    return words;
}

std::uint64_t available_memory(const std::string &root) {
    auto text = read_file(root + "/proc/meminfo", largest_state_file);
    for (std::string_view line : lines_of(text ? as_text(*text) : std::string_view())) {
        auto words = words_of(line);
        if (words.size() >= 2 && words[0] == "MemAvailable:")
            return parse_decimal(words[1]).value_or(0) << 10;
    }
    return 0;
}

// Files that firmware starts: those that the kernel's own kexec_file_load takes.
std::optional<Image> startable(const World &world, const std::string &path) {
    auto file = map_file(path);
    if (!file)
        return std::nullopt;
    auto image = read_image(*file, world.arch.formats);
    if (!image || !image->format->by_file_load)
        return std::nullopt;
    return *std::move(image);
}

std::vector<std::string> places_of_running_kernel(const World &world) {
    auto text = read_file(world.root + "/proc/sys/kernel/osrelease", largest_state_file);
    if (!text)
        return {};
    std::string release(trimmed(as_text(*text)));
    std::vector<std::string> paths;
    for (std::string_view place : {"/boot/vmlinuz-{}", "/boot/vmlinux-{}", "/boot/Image-{}", "/boot/image-{}",
                                   "/usr/lib/modules/{}/vmlinuz", "/lib/modules/{}/vmlinuz"})
        paths.push_back(world.root + fmt::format(fmt::runtime(place), release));
    return paths;
}

// The kernel that is to crash or to be left, and its name: the one that was named, or the file of the running
// one, or else the kernel that is to be loaded.
struct FirstKernel {
    Image image;
    std::string path;
};
Result<FirstKernel> first_kernel(const World &world, const std::string &named, const Image &loaded,
                                 std::vector<std::string> &other) {
    std::vector<std::string> paths = named.empty() ? places_of_running_kernel(world) : std::vector{named};
    for (const std::string &path : paths)
        if (auto image = startable(world, path))
            return FirstKernel{*std::move(image), path};
    if (named.empty() && loaded.format->by_file_load) {
        other.emplace_back(
            "the first kernel is the one that is loaded: the running kernel's own file was not found "
            "(first=FILE names it)");
        return FirstKernel{loaded, loaded.file->path()};
    }
    return fail(Cause::unknown_image,
                named.empty() ? "no kernel was found that the virtual machine could be started with"
                              : fmt::format("{} is no kernel that firmware starts", named),
                "name one with --test-vm=first=FILE");
}

// Reserved anywhere: a request only asks whether there is something.
Machine with_reservation(Machine machine, std::uint64_t size) {
    constexpr std::uint64_t anywhere = 1 << 24;
    if (auto range = Range::sized(anywhere, size))
        machine.crash_reservations = {*range};
    machine.kexec.crash_size = size;
    return machine;
}

struct Prepared {
    Asked asked;
    FirstKernel first;
    Likeness likeness;
    Emulator emulator;
    Rehearsal rehearsal; // refers to the above
};

EmulationOffer offer_of(const World &world, const Emulator &emulator, const Prepared &prepared) {
    std::uint64_t files = 0;
    for (const GuestFile &file : prepared.rehearsal.files)
        files += file.content.size();
    const Request &request = prepared.asked.request;
    return {.available_memory = available_memory(world.root),
            .processors = std::max(1U, std::thread::hardware_concurrency()),
            .has_uefi = !emulator.uefi.empty(),
            .payload =
                files + request.image.bytes.size() + (request.initrd ? request.initrd->bytes().size() : 0)};
}

Result<Prepared> prepare(const World &world, Options &options, const RehearsalSettings &settings,
                         const Emulation &emulation) {
    Emulator emulator = TRY(emulation.find(world.arch.name, settings.emulator));
    Machine machine = TRY(world.arch.understand(take_snapshot(all_sources(world.arch), world.root)));
    NoCalls calls;
    World looking{calls, world.arch, world.root, world.print, world.complain};
    Machine told = settings.reservation ? with_reservation(machine, *settings.reservation) : machine;
    Prepared prepared{.asked = TRY(request_for(looking, options, std::move(told), calls.draw_entropy())),
                      .first = {},
                      .likeness = {},
                      .emulator = emulator,
                      .rehearsal = {}};
    std::vector<std::string> other;
    const Request &request = prepared.asked.request;
    prepared.first = TRY(first_kernel(world, settings.first_kernel, request.image, other));
    Rehearsal &rehearsal = prepared.rehearsal;
    rehearsal.options = options_for_guest(options, request.image, other);
    rehearsal.program = real_path(std::string(own_program));
    rehearsal.files = TRY(emulation.files(rehearsal.program));
    LikenessWishes wishes{settings.memory, settings.reservation, settings.processors};
    prepared.likeness =
        TRY(likeness_of(machine, options.settings.purpose, wishes, offer_of(world, emulator, prepared)));
    prepared.likeness.other.insert(prepared.likeness.other.begin(), other.begin(), other.end());
    return prepared;
}

// The rest of the rehearsal, whose views are of what was prepared.
void complete(Prepared &prepared, const RehearsalSettings &settings) {
    Rehearsal &rehearsal = prepared.rehearsal;
    const Request &request = prepared.asked.request;
    rehearsal.kind = request.settings.purpose == Purpose::crash ? Rehearsed::crash : Rehearsed::reboot;
    rehearsal.machine = prepared.likeness.machine;
    rehearsal.emulator = settings.emulator;
    rehearsal.first_kernel = prepared.first.image.bytes;
    rehearsal.first_words = prepared.likeness.crashkernel;
    rehearsal.kernel = request.image.bytes;
    rehearsal.initrd = request.initrd ? request.initrd->bytes() : Bytes();
    rehearsal.command_line = request.settings.command_line;
    rehearsal.limit = settings.limit;
    rehearsal.watch = settings.watch;
}

} // namespace

Emulation real_emulation() { return {find_emulator, files_of_program, rehearse}; }

Result<int> rehearse_load(const World &world, Options options, const Emulation &emulation) {
    auto given = options.settings.given.find(OptionId::test_vm);
    RehearsalSettings settings =
        TRY(parse_rehearsal_settings(given == options.settings.given.end() ? "" : given->second));
    Prepared prepared = TRY(prepare(world, options, settings, emulation));
    complete(prepared, settings);
    world.print(
        rehearsal_heading(prepared.rehearsal, prepared.emulator, prepared.likeness, prepared.first.path));
    if (options.settings.debug)
        prepared.rehearsal.show = [&](std::string_view line) { world.complain(fmt::format("| {}\n", line)); };
    Outcome outcome = TRY(emulation.rehearse(prepared.rehearsal));
    world.print(rehearsal_result(prepared.rehearsal, prepared.likeness, outcome));
    return is_proven(outcome) ? 0 : not_proven;
}

Result<int> test_in_vm(const World &world, Options options) {
    return rehearse_load(world, std::move(options), real_emulation());
}

} // namespace kexec
