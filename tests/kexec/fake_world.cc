// SPDX-License-Identifier: GPL-2.0-or-later
// The fake kernel and what surrounds it.
#include "tests/kexec/fake_world.h"

#include "base/text.h"
#include "plan/choice.h"

#include <cerrno>
#include <cstdlib>
#include <elf.h>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace kexec::test {
namespace {

std::string content_of(const std::string &path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

Result<std::optional<ImageContent>> probe_both(Bytes file) {
    if (!as_text(file).starts_with("BOTH"))
        return std::optional<ImageContent>{};
    return std::optional<ImageContent>(BzImage{});
}

Result<std::optional<ImageContent>> probe_segments(Bytes file) {
    if (!as_text(file).starts_with("SEGMENTS"))
        return std::optional<ImageContent>{};
    return std::optional<ImageContent>(Elf{});
}

constexpr Format fake_formats[] = {
    {"both", "taken by both calls", true, probe_both},
    {"segments", "taken by kexec_load only", false, probe_segments},
};

Result<SegmentLoad> plan_segments(const Request &request) {
    SegmentLoad plan{};
    plan.entry = 0x1000000;
    plan.flags = (std::uint32_t{EM_X86_64} << 16) |
                 (request.settings.purpose == Purpose::crash ? kexec_on_crash : 0U) |
                 (request.settings.debug ? kexec_debug : 0U);
    plan.command_line = request.settings.command_line;
    if (plan.command_line == "announced")
        plan.announcement = "Modified cmdline: announced";
    plan.segments.push_back({"kernel", *Range::sized(0x1000000, 0x1000), request.image.bytes, false, false});
    plan.segments.push_back({"command line", *Range::sized(0x1002000, 0x1000),
                             as_bytes(request.settings.command_line), false, false});
    plan.storage = {request.image.file, request.image.unpacked};
    auto text = std::make_shared<std::string>(request.settings.command_line);
    plan.segments.back().bytes = as_bytes(*text);
    plan.storage.push_back(text);
    return plan;
}

Result<Decision> plan(const Request &request) {
    return decide(request, fake_arch().options,
                  [&](std::vector<std::string> &) { return plan_segments(request); });
}

} // namespace

const Arch &fake_arch() {
    // Made at the first use: the tables of the architectures are not constants, and stand in other files.
    static const Arch arch = {
        .name = "x86_64",
        .elf_machine = EM_X86_64,
        .sources = {},
        .formats = fake_formats,
        .options = arch_named("x86_64")->options,
        .understand = [](const Snapshot &snapshot) { return understand_common(snapshot, "x86_64"); },
        .plan = plan,
    };
    return arch;
}

int FakeKernel::answer(std::deque<int> &answers, bool by_file, bool crash, bool unload) {
    int number = 0;
    if (!answers.empty()) {
        number = answers.front();
        answers.pop_front();
    }
    std::string_view file = crash ? "/sys/kernel/kexec_crash_loaded" : "/sys/kernel/kexec_loaded";
    bool refused_early = (number == EPERM && !by_file) || number == EBUSY || number == ENOSYS;
    if (number != 0)
        since_mark_.insert(since_mark_.end(), messages.begin(), messages.end());
    if (number == 0)
        root_.write(file, unload ? "0\n" : "1\n");
    else if (crash && !unload && !refused_early)
        root_.write(file, "0\n");
    return number;
}

int FakeKernel::load(std::uint64_t entry, std::span<const KexecSegment> segments, std::uint32_t flags) {
    log.push_back(fmt::format("kexec_load segments {} flags {:#x}", segments.size(), flags));
    last_entry = entry;
    last_segment_contents.clear();
    last_segment_places.clear();
    for (const KexecSegment &segment : segments) {
        last_segment_contents.emplace_back(static_cast<const char *>(segment.bytes), segment.size);
        last_segment_places.push_back(segment.memory);
    }
    if (!segments.empty())
        while_loading();
    return answer(load_answers, false, (flags & kexec_on_crash) != 0, segments.empty());
}

namespace {

std::string content_of(int descriptor) {
    std::string content;
    char buffer[4096];
    for (ssize_t got;
         (got = ::pread(descriptor, buffer, sizeof buffer, static_cast<off_t>(content.size()))) > 0;)
        content.append(buffer, static_cast<std::size_t>(got));
    return content;
}

} // namespace

int FakeKernel::file_load(int kernel, int initrd, std::optional<std::string_view> command_line,
                          std::uint32_t flags) {
    log.push_back(
        fmt::format("kexec_file_load kernel {} initrd {} flags {:#x}", kernel >= 0, initrd >= 0, flags));
    last_command_line = command_line.value_or("(none)");
    last_kernel = content_of(kernel);
    last_initrd = content_of(initrd);
    if (kernel >= 0)
        while_loading();
    return answer(file_load_answers, true, (flags & kexec_file_on_crash) != 0,
                  (flags & kexec_file_unload) != 0);
}

int FakeKernel::reboot() {
    log.push_back("reboot");
    return reboot_answer;
}

void FakeKernel::synchronise() { log.push_back("sync"); }

int FakeKernel::set_link(const std::string &name, bool up) {
    log.push_back((up ? "up " : "down ") + name);
    auto found = link_answers.find(name);
    return found == link_answers.end() || up ? 0 : found->second;
}

int FakeKernel::execute(const std::string &path, const std::vector<std::string> &arguments) {
    log.push_back(fmt::format("execute {}: {}", path, fmt::join(arguments, " ")));
    return ENOENT;
}

void FakeKernel::wait(std::chrono::milliseconds) { log.push_back("wait"); }

FakeWorld::FakeWorld() {
    root.write("/run/utmp", "");
    root.write("/proc/sys/kernel/random/boot_id", "this-boot\n");
    root.write("/sys/kernel/uevent_seqnum", "1\n");
    root.write("/sys/kernel/kexec_loaded", "0\n");
    root.write("/sys/kernel/kexec_crash_loaded", "0\n");
    root.write("/sys/kernel/kexec_crash_size", "268435456\n");
    root.write("/proc/iomem", "00001000-0009ffff : System RAM\n"
                              "00100000-3fffffff : System RAM\n"
                              "  20000000-2fffffff : Crash kernel\n");
    root.write("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/vda1 crashkernel=256M quiet\n");
    kernel_file = files.write("/vmlinuz", "BOTH calls take it");
    elf_file = files.write("/vmlinux", "SEGMENTS only");
    initrd_file = files.write("/initrd", "initial ramdisk");
}

Outcome FakeWorld::run(const std::vector<std::string> &words) { return run_on(fake_arch(), words); }

World FakeWorld::seen_by(const Arch &arch, Outcome &outcome) {
    return {.calls = kernel,
            .arch = arch,
            .root = root.path(),
            .print = [&](std::string_view text) { outcome.out += text; },
            .complain = [&](std::string_view text) { outcome.err += text; },
            .to_terminal = on_terminal};
}

Outcome FakeWorld::run_on(const Arch &arch, const std::vector<std::string> &words, Order order) {
    Outcome outcome{};
    World world = seen_by(arch, outcome);
    std::vector<const char *> pointers;
    for (const std::string &word : words)
        pointers.push_back(word.c_str());
    outcome.status = run_command(world, pointers, order);
    return outcome;
}

std::string FakeWorld::loaded() const {
    return std::string(trimmed(content_of(root.path("/sys/kernel/kexec_loaded"))));
}

std::string FakeWorld::crash_loaded() const {
    return std::string(trimmed(content_of(root.path("/sys/kernel/kexec_crash_loaded"))));
}

} // namespace kexec::test
