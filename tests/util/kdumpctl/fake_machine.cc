// SPDX-License-Identifier: GPL-2.0-or-later
// What the programs would do to the kernel's files, they do to these.
#include "tests/util/kdumpctl/fake_machine.h"

#include "tests/catch.h"
#include "tests/support/files.h"

#include <sys/stat.h>
#include <unistd.h>

namespace kexec::kdumpctl::test {

FakeMachine::FakeMachine() {
    root.write("/proc/iomem", "00000000-ffffffff : System RAM\n  01000000-01ffffff : Kernel code\n"
                              "  02000000-027fffff : Kernel data\n  10000000-1fffffff : Crash kernel\n");
    root.write("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda2 crashkernel=256M quiet\n");
    root.write("/proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
    root.write("/proc/sys/kernel/hostname", "box\n");
    root.write("/proc/modules", "xfs 2097152 1 - Live 0x0\nnvme 65536 2 xfs, Live 0x0\nbroken\n");
    root.write("/proc/self/mountinfo", "23 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n");
    root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    root.write("/sys/kernel/kexec_crash_size", "268435456\n");
    root.write("/sys/class/block/vda1/size", "2097152\n");
    root.write("/dev/vda1", "");
    root.write("/boot/vmlinuz-6.1.0-9-amd64", "kernel");
    root.write("/boot/initrd.img-6.1.0-9-amd64", "initramfs");
    root.write("/lib/modules/6.1.0-9-amd64/modules.dep", "");
    root.write("/lib/modules/6.1.0-9-amd64/modules.builtin", "kernel/fs/ext4/ext4.ko\n");
    root.write("/usr/bin/kdump-capture", "program");
    root.write("/usr/bin/makedumpfile", "program");
}

void FakeMachine::become_fadump(const std::string &registered) {
    architecture = "ppc64le";
    root.write("/sys/kernel/fadump/enabled", "1\n");
    root.write("/sys/kernel/fadump/registered", registered);
    root.write("/sys/kernel/fadump/mem_reserved", "822083584\n");
}

void FakeMachine::install(const std::string &path) const {
    REQUIRE(::chmod(root.write(path, "program").c_str(), 0755) == 0);
}

bool FakeMachine::is_loaded() const { return text("/sys/kernel/kexec_crash_loaded") == "1\n"; }

bool FakeMachine::has(const std::string &path) const { return ::access(root.path(path).c_str(), F_OK) == 0; }

std::string FakeMachine::text(const std::string &path) const {
    return has(path) ? testing::text_of_file(root.path(path)) : std::string();
}

Result<int> FakeMachine::run_program(const std::string &path, const std::vector<std::string> &arguments) {
    std::string name = path.substr(path.rfind('/') + 1), command = name;
    for (const std::string &argument : arguments)
        command += " " + argument;
    commands.push_back(command);
    if (auto status = statuses.find(name); status != statuses.end())
        return status->second;
    bool off = command.find(" -u") != std::string::npos || command == "fadump unregister";
    if (name == "kexec")
        root.write("/sys/kernel/kexec_crash_loaded", off ? "0\n" : "1\n");
    else if (name == "fadump")
        root.write("/sys/kernel/fadump/registered", off ? "0\n" : "1\n");
    else if (name == "dracut")
        root.write(arguments[arguments.size() - 2], "made by dracut");
    else if (name == "ssh-keygen")
        root.write(arguments[4], "key");
    return 0;
}

World FakeMachine::world(Ran &ran) {
    return {.root = root.path(),
            .print =
                [&](std::string_view text) {
                    ran.out += text;
                    return true;
                },
            .complain = [&](std::string_view text) { ran.err += text; },
            .log_system =
                [this](unsigned priority, const std::string &text) {
                    logged.push_back(std::to_string(priority) + " " + text);
                },
            .architecture = architecture,
            .page_size = page_size,
            .kernel_log = [this] { return log; },
            .run = [this](const std::string &path,
                          const std::vector<std::string> &arguments) { return run_program(path, arguments); },
            .ask = [this](const std::string &path,
                          const std::vector<std::string> &arguments) -> Result<Answer> {
                Answer answer{TRY(run_program(path, arguments)), "ssh: " + ssh_says};
                if (auto other = answers.find(commands.back()); other != answers.end())
                    answer.text = other->second;
                now += 1;
                return answer;
            },
            .find_program = [this](std::string_view name) -> std::optional<std::string> {
                if (!programs.contains(name))
                    return std::nullopt;
                // The builder reads this one itself.
                std::string path = "/usr/bin/" + std::string(name);
                return name == "kdump-capture" ? root.path(path) : path;
            },
            .write = [this](const std::string &path, std::string_view text) -> Result<void> {
                writes.push_back(path.substr(root.path().size()) + " " + std::string(text));
                return {};
            },
            .emulation = emulation,
            .sync = [this] { writes.emplace_back("sync"); },
            .settle = [this](const std::string &path) -> Result<void> {
                writes.push_back("settle " + path.substr(root.path().size()));
                return {};
            },
            .now = [this] { return now; },
            .sleep = [this](std::uint64_t seconds) { now += seconds; },
            .read_line =
                [this] {
                    std::string line = lines.empty() ? "" : lines.front();
                    if (!lines.empty())
                        lines.pop_front();
                    return line;
                },
            .is_terminal = is_terminal};
}

Ran FakeMachine::run(const std::vector<std::string> &words) {
    Ran ran{};
    std::vector<const char *> pointers;
    for (const std::string &word : words)
        pointers.push_back(word.c_str());
    ran.outcome = run_command(world(ran), pointers);
    return ran;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

void check_refused(FakeMachine &machine, const std::vector<std::string> &words, std::string_view why) {
    bool was_loaded = machine.is_loaded();
    std::string before = machine.initramfs();
    machine.commands.clear();
    Ran ran = machine.run(words);
    INFO(ran.err);
    CHECK((ran.outcome == Outcome::failed && ran.out.empty()));
    CHECK(contains(ran.err, why));
    CHECK((machine.commands.empty() && machine.writes.empty()));
    CHECK((machine.is_loaded() == was_loaded && machine.initramfs() == before));
}

} // namespace kexec::kdumpctl::test
