// SPDX-License-Identifier: GPL-2.0-or-later
// The text of --test-vm.
#include "extras/rehearsal_text.h"

#include "plan/command_line.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {
namespace {

constexpr std::size_t last_words = 25; // lines of the console

std::string mebibytes(std::uint64_t kibibytes) { return fmt::format("{} MiB", (kibibytes + 1023) >> 10); }

bool is_crash(const Rehearsal &rehearsal) { return rehearsal.kind == Rehearsed::crash; }

std::string machine_text(const Likeness &likeness) {
    const VirtualMachine &machine = likeness.machine;
    return fmt::format("{}, {}, {} processor{}{}{}", machine.arch, mebibytes(machine.memory >> 10),
                       machine.processors, machine.processors == 1 ? "" : "s",
                       machine.firmware == Firmware::uefi ? ", UEFI" : "",
                       likeness.crashkernel.empty() ? "" : ", " + likeness.crashkernel);
}

std::string how_far(const Rehearsal &rehearsal, const Outcome &outcome) {
    std::string_view second = is_crash(rehearsal) ? "the crash kernel" : "the second kernel";
    switch (outcome.reached) {
    case Reached::nothing:
        return "the first kernel did not reach user space, so nothing was tried: first=FILE names another "
               "one\n";
    case Reached::first_kernel:
        return outcome.load_status ? fmt::format("kexec failed with exit status {}\n", *outcome.load_status)
                                   : "the load did not come to an end\n";
    case Reached::loaded:
        if (outcome.stayed)
            return fmt::format("{} was loaded, and the first kernel ({}) went on as if nothing were\n",
                               second, outcome.first_release);
        return fmt::format("{} was loaded and started, and did not reach its user space\n", second);
    case Reached::second_init: break;
    }
    std::string text =
        fmt::format("{} ({}) came up and started its user space", second, outcome.second_release);
    if (outcome.without_init)
        text += ", where there was no /init: what would have mounted a disk has none here";
    return text + "\n";
}

std::string how_it_ended(const Outcome &outcome) {
    switch (outcome.ending) {
    case Ending::stopped: return {};
    case Ending::by_itself: return "the machine then turned itself off or reset itself\n";
    case Ending::out_of_time:
        return outcome.reached == Reached::second_init ? "it was still running when it was stopped\n"
                                                       : "time was over: seconds=N gives it more\n";
    }
    return {};
}

std::string deaths(const Outcome &outcome) {
    std::string text;
    for (const std::string &panic : outcome.panics)
        text += fmt::format("it died: {}\n", panic);
    for (const std::string &kill : outcome.kills)
        text += fmt::format("for want of memory: {}\n", kill);
    if (outcome.kills.empty() && outcome.memory && outcome.memory->kills > 0)
        text += fmt::format("{} processes were killed for want of memory\n", outcome.memory->kills);
    return text;
}

// The least that was free is known to the page; what is missing of the whole is the kernel and its tables.
std::string memory_text(const Rehearsal &rehearsal, const Likeness &likeness, const Outcome &outcome) {
    if (!outcome.memory)
        return {};
    std::uint64_t all = (is_crash(rehearsal) ? likeness.reservation : likeness.machine.memory) >> 10;
    std::uint64_t unused = least_free(*outcome.memory, rehearsal.initrd.size());
    std::uint64_t managed = std::min(outcome.memory->total, all);
    return fmt::format(
        "memory of the second kernel: {}; {} of it for itself and its tables, at most {} in use besides\n"
        "peak: {} of {}, {} to spare\n",
        mebibytes(all), mebibytes(all - managed), mebibytes(managed - std::min(unused, managed)),
        mebibytes(all - std::min(unused, all)), mebibytes(all), mebibytes(unused));
}

bool lacked_memory(const Outcome &outcome) {
    auto is_about_memory = [](const std::string &panic) {
        return panic.find("memory") != std::string::npos ||
               panic.find("VFS: Unable to mount root") != std::string::npos;
    };
    return !outcome.kills.empty() || (outcome.memory && outcome.memory->kills > 0) ||
           std::ranges::any_of(outcome.panics, is_about_memory);
}

std::string verdict(const Rehearsal &rehearsal, const Likeness &likeness, const Outcome &outcome) {
    if (is_proven(outcome))
        return "proven: this load works\n";
    std::string text = "not proven: this load does not work there\n";
    if (is_crash(rehearsal) && lacked_memory(outcome))
        text += fmt::format("       try more memory, here with --test-vm=crash={}M, then for this machine "
                            "with crashkernel=\n",
                            likeness.reservation >> 19); // twice as much, in MiB
    return text;
}

std::string console_end(const Outcome &outcome) {
    std::size_t count = std::min(outcome.console.size(), last_words);
    std::string text = count == 0 ? "" : "the last lines of the console:\n";
    for (std::size_t i = outcome.console.size() - count; i < outcome.console.size(); i++)
        text += fmt::format("  | {}\n", outcome.console[i]);
    return text;
}

} // namespace

std::uint64_t least_free(const RehearsedMemory &memory, std::uint64_t initrd_size) {
    std::uint64_t packed = (initrd_size + 1023) >> 10;
    std::uint64_t before = memory.first - std::min(memory.first, packed);
    return std::min(memory.least, before);
}

std::string rehearsal_heading(const Rehearsal &rehearsal, const Emulator &emulator, const Likeness &likeness,
                              const std::string &first_kernel) {
    std::string text =
        fmt::format("trying {} in a virtual machine\n"
                    "emulator: {}, {}\n"
                    "machine: {}\n"
                    "first kernel: {}\n"
                    "command line of the second: {}\n"
                    "not as on this machine:\n",
                    is_crash(rehearsal) ? "a crash" : "a reboot", emulator.program,
                    emulator.accelerated ? "with KVM where that works" : "which translates every instruction",
                    machine_text(likeness), first_kernel,
                    masked_command_line(rehearsed_command_line(rehearsal)));
    for (const std::string &each : likeness.other)
        text += fmt::format("  {}\n", each);
    return text;
}

std::string rehearsal_result(const Rehearsal &rehearsal, const Likeness &likeness, const Outcome &outcome) {
    std::string text;
    for (const std::string &line : outcome.load_output)
        text += fmt::format("kexec there: {}\n", line);
    text += how_far(rehearsal, outcome) + deaths(outcome) + how_it_ended(outcome) +
            memory_text(rehearsal, likeness, outcome);
    return text + (is_proven(outcome) ? "" : console_end(outcome)) + verdict(rehearsal, likeness, outcome);
}

} // namespace kexec
