// SPDX-License-Identifier: GPL-2.0-or-later
// What the two kernels are given, and what is understood of the console.
#include "emulator/rehearsal.h"

#include "base/cpio.h"
#include "base/range.h"
#include "base/text.h"
#include "emulator/agent.h"
#include "emulator/listener.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

constexpr std::string_view folder = ".kexec-test", kernel_path = "/.kexec-test/kernel",
                           initrd_path = "/.kexec-test/initrd";

// As an archive names it, without the slash in front.
std::string_view in_archive(std::string_view path) { return path.substr(1); }

// Behind an archive the kernel passes zeros over, to where the next may start.
constexpr std::uint64_t archive_block = 512;

void add_agent(Archive &archive, const std::string &orders) {
    archive.add_file(in_archive(agent_path), agent_program, 0755);
    archive.add_file(fmt::format("{}/orders", folder), as_bytes(orders), 0644);
    archive.add_character_device(fmt::format("{}/kmsg", folder), 1, 11);
    archive.add_directory(fmt::format("{}/proc", folder));
}

// The program that the kernel starts from an initial ramdisk (init/main.c: the last rdinit= counts).
std::string init_of(std::string_view command_line) {
    std::string init = "/init";
    for (std::string_view word : words_of(command_line))
        if (word.starts_with("rdinit="))
            init = word.substr(word.find('=') + 1);
    return init;
}

Buffer second_initrd(const Rehearsal &rehearsal, const Nonce &nonce) {
    Archive archive;
    add_agent(archive, orders_for_second(nonce, init_of(rehearsal.command_line)));
    Buffer all = archive.finish();
    all.resize(align_up(all.size(), archive_block).value_or(all.size()));
    all.insert(all.end(), rehearsal.initrd.begin(), rehearsal.initrd.end());
    return all;
}

std::vector<std::string> load_command(const Rehearsal &rehearsal) {
    std::vector<std::string> words = {rehearsal.program, rehearsal.kind == Rehearsed::crash ? "-p" : "-l"};
    words.insert(words.end(), rehearsal.options.begin(), rehearsal.options.end());
    words.push_back("--command-line=" + rehearsed_command_line(rehearsal));
    words.push_back(fmt::format("--initrd={}", initrd_path));
    words.emplace_back(kernel_path);
    return words;
}

Buffer first_initrd(const Rehearsal &rehearsal, const Nonce &nonce) {
    Archive archive;
    for (std::string_view directory : {"dev", "proc", "sys", "tmp", "run"})
        archive.add_directory(directory);
    archive.add_character_device("dev/console", 5, 1);
    std::string_view action = rehearsal.kind == Rehearsed::crash ? "crash" : "execute";
    add_agent(archive, orders_for_first(nonce, action, load_command(rehearsal)));
    for (const GuestFile &file : rehearsal.files)
        archive.add_file(in_archive(file.path), file.content, file.mode);
    archive.add_file(in_archive(kernel_path), rehearsal.kernel, 0644);
    archive.add_file(in_archive(initrd_path), second_initrd(rehearsal, nonce), 0644);
    return archive.finish();
}

// A busy host delays the timer interrupts that an emulated x86 kernel checks; no other heeds the word.
std::string_view words_for_translation(const Rehearsal &rehearsal) {
    return rehearsal.machine.arch == "x86_64" ? "no_timer_check" : "";
}

Result<Nonce> draw_nonce() {
    Buffer text = TRY(read_file("/proc/sys/kernel/random/uuid", 64));
    Nonce nonce(trimmed(as_text(text)));
    std::erase(nonce, '-');
    return nonce;
}

// `words` without the empty ones.
std::string line_of(std::initializer_list<std::string_view> words) {
    std::vector<std::string_view> kept(words);
    std::erase(kept, "");
    return fmt::format("{}", fmt::join(kept, " "));
}

std::string first_command_line(const Rehearsal &rehearsal) {
    std::string agent = fmt::format("rdinit={}", agent_path);
    return line_of({console_words(rehearsal.machine.arch).console, "quiet panic=-1",
                    words_for_translation(rehearsal), rehearsal.first_words, agent});
}

Result<Outcome> rehearse_with(const Emulator &emulator, const Rehearsal &rehearsal) {
    Nonce nonce = TRY(draw_nonce());
    Buffer initrd = first_initrd(rehearsal, nonce);
    Boot boot{.kernel = rehearsal.first_kernel,
              .initrd = initrd,
              .command_line = first_command_line(rehearsal),
              .more_arguments = rehearsal.devices};
    Listener listener(nonce, rehearsal.watch, rehearsal.ending);
    auto hear = [&](std::string_view line) {
        if (rehearsal.show)
            rehearsal.show(line);
        return listener.hear(line);
    };
    Ending ending = TRY(run_machine(emulator, rehearsal.machine, boot, rehearsal.limit, hear));
    Outcome outcome = std::move(listener).outcome();
    outcome.ending = ending;
    outcome.accelerated = emulator.accelerated;
    return outcome;
}

} // namespace

// panic=-1 resets a dying kernel at once, which ends the emulator; a panic= of the user's comes behind it and
// counts. The last console= is the one that user space speaks on.
std::string rehearsed_command_line(const Rehearsal &rehearsal) {
    ConsoleWords words = console_words(rehearsal.machine.arch);
    std::string agent = fmt::format("rdinit={}", agent_path);
    return line_of({"panic=-1", rehearsal.command_line, words_for_translation(rehearsal), words.early,
                    words.console, agent});
}

bool is_proven(const Outcome &outcome) {
    bool has_kills = !outcome.kills.empty() || (outcome.memory && outcome.memory->kills > 0);
    return outcome.reached == Reached::second_init && outcome.panics.empty() && !has_kills;
}

Result<Outcome> rehearse(const Rehearsal &rehearsal) {
    Emulator emulator = TRY(find_emulator(rehearsal.machine.arch, rehearsal.emulator));
    if (rehearsal.machine.firmware == Firmware::uefi && emulator.uefi.empty())
        return fail(Cause::unsupported, "no UEFI firmware for the virtual machine was found",
                    "install it (Debian: ovmf, qemu-efi-aarch64)");
    Outcome outcome = TRY(rehearse_with(emulator, rehearsal));
    // KVM inside a virtual machine may be there and not work, which the emulator finds out when it starts.
    bool did_not_start = outcome.reached == Reached::nothing && outcome.ending == Ending::by_itself;
    if (!emulator.accelerated || !did_not_start)
        return outcome;
    emulator.accelerated = false;
    return rehearse_with(emulator, rehearsal);
}

} // namespace kexec
